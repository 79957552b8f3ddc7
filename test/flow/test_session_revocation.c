/* Sessions that end before their time: on this host, and on those that share its store.
 */
#include "test/flow/world.h"

#include <apr_strings.h>

#include "crypto/digest.h"
#include "flow/revocation/session_revocation.h"

#define KEY "0123456789abcdef0123456789abcdef"

/* Two hosts: the same keys, the same store, but marks of their own. */
typedef struct {
    world_t *here;
    world_t *there;
    cog_revocation_reader_t reader;
} hosts_t;

static hosts_t *make_hosts(apr_pool_t *pool)
{
    hosts_t *hosts = apr_pcalloc(pool, sizeof(*hosts));

    hosts->here = world_make(pool);
    hosts->there = world_make(pool);
    hosts->there->store = hosts->here->store;
    hosts->here->conf.is_store_shared = 1;
    hosts->there->conf.is_store_shared = 1;
    return hosts;
}

static cog_err_t listen_there(hosts_t *hosts)
{
    return world_read_revocations(hosts->there, &hosts->reader);
}

/* Who is signed in here is signed in there: the cookie is all that it takes. */
static void carry_cookies(const hosts_t *hosts)
{
    hosts->there->cookies = apr_table_copy(hosts->there->pool, hosts->here->cookies);
}

static void ends_a_copy_on_another_host_as_soon_as_it_listens(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    assert_true(world_is_granted(hosts->there));
    world_get(hosts->here, "/.cognito/logout");
    assert_true(world_is_granted(hosts->there));
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_false(world_is_granted(hosts->there));
}

static void takes_over_the_past_when_it_begins_to_listen(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    for (int i = 0; i < 20; ++i) {
        world_sign_in(hosts->here, "/");
        if (i == 0) {
            carry_cookies(hosts);
        }
        world_get(hosts->here, "/.cognito/logout");
    }
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_false(world_is_granted(hosts->there));
    assert_int_equal(hosts->reader.lists[0].next, 20);
}

static void reads_each_ending_once(void **state)
{
    hosts_t *hosts = make_hosts(*state);
    int calls;

    world_sign_in(hosts->here, "/");
    world_get(hosts->here, "/.cognito/logout");
    assert_int_equal(listen_there(hosts), COG_OK);
    calls = hosts->there->store->calls;
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_int_equal(hosts->there->store->calls - calls, 2);
}

/* A store that was emptied begins a new list: nothing of it is missed. */
static void follows_a_store_that_was_emptied(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    for (int i = 0; i < 3; ++i) {
        world_sign_in(hosts->here, "/");
        world_get(hosts->here, "/.cognito/logout");
    }
    assert_int_equal(listen_there(hosts), COG_OK);
    for (int round = 0; round < 5; ++round) {
        fake_store_clear(hosts->here->store);
        ++hosts->here->now;
        for (int i = 0; i <= round; ++i) {
            world_sign_in(hosts->here, "/");
            carry_cookies(hosts);
            world_get(hosts->here, "/.cognito/logout");
        }
        assert_int_equal(listen_there(hosts), COG_OK);
        assert_false(world_is_granted(hosts->there));
    }
}

static const char *entry(const hosts_t *hosts, int number)
{
    const cog_keyring_t *keyring = hosts->here->conf.keyring;

    return apr_psprintf(hosts->here->pool, "cognito:end:%s:%d",
                        cog_keyring_id_text(hosts->here->pool, keyring, 0), number);
}

/* Any bytes will do for secrets. */
static const cog_keyring_t *keyring_of(apr_pool_t *pool, const char *first,
                                       const char *second)
{
    const cog_secret_t secrets[] = {cog_secret_of(first), cog_secret_of(second)};
    cog_keyring_t *keyring;

    assert_int_equal(cog_keyring_make(pool, secrets, second ? 2 : 1, &keyring), COG_OK);
    return keyring;
}

/* Sites with other secrets append to the same store; each asks it for as little as if it
 * were alone, and misses nothing when the beginning of a list has ended. */
static void minds_no_site_with_other_secrets_in_the_same_store(void **state)
{
    hosts_t *hosts = make_hosts(*state);
    world_t *other = world_make(*state);
    int calls;

    other->store = hosts->here->store;
    other->conf.is_store_shared = 1;
    other->conf.keyring = keyring_of(*state, "another secret of 32 characters!", NULL);
    for (int i = 0; i < 50; ++i) {
        world_sign_in(other, "/");
        world_get(other, "/.cognito/logout");
    }
    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    calls = hosts->here->store->calls;
    world_get(hosts->here, "/.cognito/logout");
    assert_in_range(hosts->here->store->calls - calls, 3, 10);
    world_sign_in(other, "/");
    world_get(other, "/.cognito/logout");
    calls = hosts->here->store->calls;
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_false(world_is_granted(hosts->there));
    assert_in_range(hosts->here->store->calls - calls, 2, 5);
}

/* Some hosts seal with the new secret already, others with the old one still. */
static void reads_revocations_while_secrets_rotate(void **state)
{
    static const char other_key[] = "fedcba9876543210fedcba9876543210";
    hosts_t *hosts = make_hosts(*state);

    hosts->here->conf.keyring = keyring_of(*state, KEY, other_key);
    hosts->there->conf.keyring = keyring_of(*state, other_key, KEY);
    for (int round = 0; round < 3; ++round) {
        world_sign_in(hosts->here, "/");
        carry_cookies(hosts);
        assert_true(world_is_granted(hosts->there));
        world_get(hosts->here, "/.cognito/logout");
        assert_int_equal(listen_there(hosts), COG_OK);
        assert_false(world_is_granted(hosts->there));
        world_sign_in(hosts->there, "/");
        world_get(hosts->there, "/.cognito/logout");
    }
}

static void steps_over_entries_that_are_lost_or_not_ours(void **state)
{
    hosts_t *hosts = make_hosts(*state);
    cog_store_t store = fake_store_port(hosts->here->store);

    world_sign_in(hosts->here, "/");
    world_get(hosts->here, "/.cognito/logout");
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_int_equal(
        store.set(store.context, NULL, entry(hosts, 1), cog_span_of("x"), 100), COG_OK);
    world_sign_in(hosts->here, "/");
    world_get(hosts->here, "/.cognito/logout");
    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    world_get(hosts->here, "/.cognito/logout");
    assert_int_equal(store.remove(store.context, NULL, entry(hosts, 2)), COG_OK);
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_false(world_is_granted(hosts->there));
}

static void says_when_it_cannot_be_sent_to_the_others(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    hosts->here->store->is_down = 1;
    world_get(hosts->here, "/.cognito/logout");
    assert_true(world_has_logged(hosts->here, "COG3300"));
    assert_int_equal(listen_there(hosts), COG_E_STORE);
    hosts->here->cookies = apr_table_copy(*state, hosts->there->cookies);
    assert_false(world_is_granted(hosts->here));
}

static void ends_a_session_from_a_host_whose_clock_is_ahead(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    hosts->here->now += 120;
    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    world_get(hosts->there, "/.cognito/logout");
    carry_cookies(hosts);
    assert_false(world_is_granted(hosts->there));
}

/* Whoever keeps a cookie may sign it out as often as they like. */
static void sends_a_revocation_once(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    assert_non_null(world_get(hosts->here, "/.cognito/logout")->afterwards);
    for (int i = 0; i < 5; ++i) {
        hosts->here->cookies = apr_table_copy(*state, hosts->there->cookies);
        ++hosts->here->now;
        assert_null(world_get(hosts->here, "/.cognito/logout")->afterwards);
    }
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_int_equal(hosts->reader.lists[0].next, 1);
    world_get(hosts->there, "/.cognito/logout");
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_int_equal(hosts->reader.lists[0].next, 1);
}

static void reads_revocations_after_2038(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    hosts->here->now = hosts->there->now = INT64_C(2200000000);
    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    assert_true(world_is_granted(hosts->there));
    world_get(hosts->here, "/.cognito/logout");
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_false(world_is_granted(hosts->there));
}

static void misses_nothing_when_the_store_fails_meanwhile(void **state)
{
    for (int n = 1; n < 12; ++n) {
        hosts_t *hosts = make_hosts(*state);

        world_sign_in(hosts->here, "/");
        carry_cookies(hosts);
        for (int i = 0; i < 4; ++i) {
            world_get(hosts->here, "/.cognito/logout");
            world_sign_in(hosts->here, "/");
        }
        hosts->here->fail_at = hosts->here->calls + n;
        (void)listen_there(hosts);
        hosts->here->fail_at = 0;
        assert_int_equal(listen_there(hosts), COG_OK);
        assert_false(world_is_granted(hosts->there));
    }
}

/* F20: who signs out while the store is down does not wait; the others hear of it when
 * the store is back. */
static void sends_later_what_could_not_be_sent(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    hosts->here->store->is_down = 1;
    world_get(hosts->here, "/.cognito/logout");
    assert_true(world_has_logged(hosts->here, "they will be when the store answers"));
    assert_int_equal(world_send_revocations(hosts->here), COG_E_STORE);
    hosts->here->store->is_down = 0;
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_true(world_is_granted(hosts->there));
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_true(world_has_logged(hosts->here, "COG3311"));
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_false(world_is_granted(hosts->there));
    /* and once */
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_int_equal(hosts->reader.lists[0].next, 1);
}

/* A call that fails in the middle loses none of them; one may be told twice. */
static void sends_all_of_them_whichever_call_fails(void **state)
{
    for (int n = 1; n < 14; ++n) {
        hosts_t *hosts = make_hosts(*state);
        apr_table_t *copies[3];

        for (size_t i = 0; i < COUNT(copies); ++i) {
            world_sign_in(hosts->here, "/");
            copies[i] = apr_table_copy(*state, hosts->here->cookies);
            hosts->here->store->is_down = 1;
            world_get(hosts->here, "/.cognito/logout");
            hosts->here->store->is_down = 0;
        }
        hosts->here->fail_at = hosts->here->calls + n;
        (void)world_send_revocations(hosts->here);
        hosts->here->fail_at = 0;
        assert_int_equal(world_send_revocations(hosts->here), COG_OK);
        assert_int_equal(listen_there(hosts), COG_OK);
        for (size_t i = 0; i < COUNT(copies); ++i) {
            hosts->there->cookies = copies[i];
            assert_false(world_is_granted(hosts->there));
        }
    }
}

/* A site with another store, or with other secrets, is not the one to tell them. */
static void leaves_to_others_what_is_not_for_its_store(void **state)
{
    hosts_t *hosts = make_hosts(*state);
    world_t *other = world_make(*state);

    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    hosts->here->store->is_down = 1;
    world_get(hosts->here, "/.cognito/logout");
    hosts->here->store->is_down = 0;
    other->conf.is_store_shared = 1;
    other->conf.revocations = hosts->here->conf.revocations;
    other->conf.store_name = "redis://192.0.2.1:6379/0";
    assert_int_equal(world_send_revocations(other), COG_OK);
    other->conf.store_name = hosts->here->conf.store_name;
    other->conf.keyring = keyring_of(*state, "another secret of 32 characters!", NULL);
    assert_int_equal(world_send_revocations(other), COG_OK);
    assert_int_equal(fake_store_count(other->store, "cognito:"), 0);
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_false(world_is_granted(hosts->there));
}

/* Nobody holds a session that is older than any may become. */
static void sends_nothing_that_has_outlived_itself(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    world_sign_in(hosts->here, "/");
    hosts->here->store->is_down = 1;
    world_get(hosts->here, "/.cognito/logout");
    hosts->here->store->is_down = 0;
    hosts->here->now += 12 * 3600;
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_int_equal(fake_store_count(hosts->here->store, "cognito:"), 0);
    hosts->here->now -= 3600;
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_int_equal(fake_store_count(hosts->here->store, "cognito:"), 0);
}

static void sign_out_often(hosts_t *hosts, int count)
{
    for (int i = 0; i < count; ++i) {
        world_sign_in(hosts->here, "/");
        world_get(hosts->here, "/.cognito/logout");
    }
}

/* A store may evict the head and keep the entries. */
static void finds_the_end_of_a_list_whose_head_is_lost(void **state)
{
    hosts_t *hosts = make_hosts(*state);
    cog_store_t store = fake_store_port(hosts->here->store);
    const cog_span_t any = cog_span_of("taken");
    int before;

    for (int i = 0; i < 5000; ++i) {
        assert_int_equal(store.add(store.context, NULL, entry(hosts, i), any, 10000),
                         COG_OK);
    }
    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    before = hosts->here->store->calls;
    world_get(hosts->here, "/.cognito/logout");
    assert_in_range(hosts->here->store->calls - before, 10, 60);
    assert_int_equal(
        store.get(store.context, *state, NULL, entry(hosts, 5000), &(cog_span_t){0}),
        COG_OK);
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_false(world_is_granted(hosts->there));
}

static cog_err_t add_never(void *context, const cog_log_t *log, const char *key,
                           cog_span_t value, int64_t ttl_sec)
{
    (void)context, (void)log, (void)key, (void)value, (void)ttl_sec;
    return COG_E_EXISTS;
}

/* Nor does a store that lies hold anybody up. */
static void gives_up_on_a_list_without_an_end(void **state)
{
    hosts_t *hosts = make_hosts(*state);
    int before;

    world_sign_in(hosts->here, "/");
    hosts->here->store->add = add_never;
    before = hosts->here->store->calls;
    world_get(hosts->here, "/.cognito/logout");
    assert_in_range(hosts->here->store->calls - before, 1, 100);
    assert_true(world_has_logged(hosts->here, "COG3300"));
    hosts->here->store->add = NULL;
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_int_equal(fake_store_count(hosts->here->store, "cognito:end:"), 2);
}

/* A long list is heard piece by piece, the latest first. */
static void reads_a_long_list_in_pieces(void **state)
{
    hosts_t *hosts = make_hosts(*state);
    apr_table_t *first;
    int calls, rounds = 1;

    world_sign_in(hosts->here, "/");
    first = apr_table_copy(*state, hosts->here->cookies);
    world_get(hosts->here, "/.cognito/logout");
    sign_out_often(hosts, 1200);
    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    world_get(hosts->here, "/.cognito/logout");
    calls = hosts->there->store->calls;
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_in_range(hosts->there->store->calls - calls, 2, 510);
    assert_false(world_is_granted(hosts->there));
    hosts->there->cookies = first;
    while (world_is_granted(hosts->there)) {
        assert_in_range(++rounds, 2, 4);
        assert_int_equal(listen_there(hosts), COG_OK);
    }
    assert_int_equal(listen_there(hosts), COG_OK);
    calls = hosts->there->store->calls;
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_int_equal(hosts->there->store->calls - calls, 2);
}

/* F22: other sessions end too early then, and the administrator hears of it, once. */
static void says_when_there_are_more_revocations_than_there_is_room_for(void **state)
{
    world_t *world = world_make(*state);

    for (uint64_t i = 1; i <= 20; ++i) {
        world_sign_in(world, "/");
        for (uint64_t j = 0; j < 7; ++j) {
            const cog_session_t *session = world_get(world, "/")->session;
            uint64_t mark = cog_revocation_mark_of_session(session->id);

            cog_revocation_table_set(world->conf.revocations, mark ^ ((i * 7 + j) << 40),
                                     world->now, world->now);
        }
        world_get(world, "/.cognito/logout");
    }
    assert_int_equal(world_log_count(world, "COG3314"), 1);
    assert_true(world_has_logged(world, "CognitoSessionTimeout"));
}

static void listen_for(hosts_t *hosts, int seconds)
{
    for (int i = 0; i < seconds; ++i) {
        ++hosts->here->now;
        ++hosts->there->now;
        (void)listen_there(hosts);
    }
}

/* F24: cookies are good on a host that hears of no sign-outs: its administrator hears of
 * that. */
static void says_when_it_reads_no_revocations_and_when_it_does_again(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    listen_for(hosts, 5);
    hosts->here->store->is_down = 1;
    listen_for(hosts, 9);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 0);
    listen_for(hosts, 1);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 1);
    assert_true(world_has_logged(hosts->there, "for 10 s"));
    listen_for(hosts, 299);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 1);
    listen_for(hosts, 1);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 2);
    assert_int_equal(world_log_count(hosts->there, "COG3313"), 0);
    hosts->here->store->is_down = 0;
    listen_for(hosts, 5);
    assert_int_equal(world_log_count(hosts->there, "COG3313"), 1);
    assert_true(world_has_logged(hosts->there, "after 311 s"));
}

static void says_nothing_of_a_store_that_restarts(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    for (int round = 0; round < 20; ++round) {
        hosts->here->store->is_down = 1;
        listen_for(hosts, 8);
        hosts->here->store->is_down = 0;
        listen_for(hosts, 1);
    }
    assert_int_equal(world_log_count(hosts->there, "COG331"), 0);
}

static void says_when_it_has_read_nothing_since_its_start(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    hosts->here->store->is_down = 1;
    listen_for(hosts, 11);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 1);
}

/* A clock that is put back makes no warning late, nor one that goes ahead many. */
static void warns_at_its_time_whatever_the_clock_does(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    listen_for(hosts, 1);
    hosts->here->store->is_down = 1;
    hosts->there->now -= 7200;
    listen_for(hosts, 12);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 1);
    hosts->there->now -= 7200;
    listen_for(hosts, 290);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 1);
    listen_for(hosts, 12);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 2);
}

/* ---- the end of a user, from outside ---- */

static world_t *with_key(apr_pool_t *pool)
{
    world_t *world = world_make(pool);

    world->conf.revoke_key = cog_secret_of(KEY);
    return world;
}

static cog_reply_t *post(world_t *world, const char *body, const char *signature)
{
    world->body = body;
    world_header(world, "Sec-Fetch-Mode", NULL);
    world_header(world, "Accept", "application/json");
    if (signature) {
        world_header(world, "Cognito-Signature", signature);
    }
    return world_request(world, "POST", "/.cognito/revoke");
}

static const char *sign(apr_pool_t *pool, const char *key, int64_t time, const char *body)
{
    const char *text = apr_psprintf(pool, "%" APR_INT64_T_FMT ".%s", time, body);

    return apr_psprintf(pool, "t=%" APR_INT64_T_FMT ",v1=%s", time,
                        cog_hmac_text(pool, cog_secret_of(key), cog_span_of(text)));
}

static void ends_all_sessions_of_the_user(void **state)
{
    static const char body[] = "{\"sub\":\"sub-1\"}";
    world_t *world = with_key(*state);
    const cog_reply_t *reply;

    world_sign_in(world, "/");
    world_sign_in(world, "/other/");
    ++world->now;
    reply = post(world, body, sign(*state, KEY, world->now, body));
    assert_int_equal(reply->status, 200);
    assert_false(world_is_granted(world));
    assert_int_equal(world_get(world, "/other/")->kind, COG_REPLY_REDIRECT);
    ++world->now;
    world_sign_in(world, "/");
    assert_true(world_is_granted(world));
}

static void ends_nobody_else(void **state)
{
    static const char body[] = "{\"sub\":\"sub-2\"}";
    world_t *world = with_key(*state);

    world_sign_in(world, "/");
    assert_int_equal(post(world, body, sign(*state, KEY, world->now, body))->status, 200);
    assert_true(world_is_granted(world));
}

/* A request that is sent again ends no session that was begun after it. */
static void ends_nothing_new_when_it_is_repeated(void **state)
{
    static const char body[] = "{\"sub\":\"sub-1\"}";
    world_t *world = with_key(*state);
    const char *signature = sign(*state, KEY, world->now, body);

    assert_int_equal(post(world, body, signature)->status, 200);
    world->now += 60;
    world_sign_in(world, "/");
    assert_int_equal(post(world, body, signature)->status, 200);
    assert_true(world_is_granted(world));
}

static void believes_no_request_that_is_not_signed(void **state)
{
    static const char body[] = "{\"sub\":\"sub-1\"}";
    world_t *world = with_key(*state);
    const char *good = sign(*state, KEY, WORLD_NOW, body);
    const char *wrong[] = {
        NULL,
        "",
        "t=,v1=",
        "t=1700000000",
        apr_pstrcat(*state, good, "A", NULL),
        apr_pstrcat(*state, good + 2, NULL),
        apr_pstrndup(*state, good, strlen(good) - 1),
        sign(*state, "fedcba9876543210fedcba9876543210", WORLD_NOW, body),
        sign(*state, KEY, WORLD_NOW, "{\"sub\":\"sub-2\"}"),
        sign(*state, KEY, WORLD_NOW - 300, body),
        sign(*state, KEY, WORLD_NOW + 300, body),
        "t=99999999999999999999,v1=AAAA",
    };

    world_sign_in(world, "/");
    for (size_t i = 0; i < COUNT(wrong); ++i) {
        cog_reply_t *reply = post(world, body, wrong[i]);

        assert_int_equal(reply->status, 401);
        assert_int_equal(reply->error, COG_E_SIGNATURE);
        assert_true(world_is_granted(world));
    }
}

static void takes_no_signed_nonsense(void **state)
{
    static const char *const bodies[] = {"",
                                         "{}",
                                         "[]",
                                         "{\"sub\":1}",
                                         "{\"sub\":\"\"}",
                                         "{\"sub\":\"a\\nb\"}",
                                         "{\"sub\":\"a\"} x"};
    world_t *world = with_key(*state);

    for (size_t i = 0; i < COUNT(bodies); ++i) {
        cog_reply_t *reply =
            post(world, bodies[i], sign(*state, KEY, WORLD_NOW, bodies[i]));

        assert_int_equal(reply->status, 400);
    }
}

static void is_no_url_of_ours_without_a_key(void **state)
{
    world_t *world = world_make(*state);

    assert_false(cog_flow_is_own_url(&world->conf, "/.cognito/revoke"));
    world = with_key(*state);
    assert_int_equal(world_get(world, "/.cognito/revoke")->status, 405);
}

static void fails_when_it_cannot_be_sent_to_the_other_hosts(void **state)
{
    static const char body[] = "{\"sub\":\"sub-1\"}";
    hosts_t *hosts = make_hosts(*state);
    world_t *world = hosts->here;

    world->conf.revoke_key = cog_secret_of(KEY);
    world_sign_in(world, "/");
    carry_cookies(hosts);
    world->store->is_down = 1;
    assert_int_equal(post(world, body, sign(*state, KEY, world->now, body))->status, 503);
    /* they hear of it all the same, be it sent again or not */
    world->store->is_down = 0;
    assert_int_equal(world_send_revocations(world), COG_OK);
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_false(world_is_granted(hosts->there));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(ends_a_copy_on_another_host_as_soon_as_it_listens),
        cmocka_unit_test_with_pool(takes_over_the_past_when_it_begins_to_listen),
        cmocka_unit_test_with_pool(reads_each_ending_once),
        cmocka_unit_test_with_pool(follows_a_store_that_was_emptied),
        cmocka_unit_test_with_pool(minds_no_site_with_other_secrets_in_the_same_store),
        cmocka_unit_test_with_pool(reads_revocations_while_secrets_rotate),
        cmocka_unit_test_with_pool(steps_over_entries_that_are_lost_or_not_ours),
        cmocka_unit_test_with_pool(says_when_it_cannot_be_sent_to_the_others),
        cmocka_unit_test_with_pool(ends_a_session_from_a_host_whose_clock_is_ahead),
        cmocka_unit_test_with_pool(sends_a_revocation_once),
        cmocka_unit_test_with_pool(reads_revocations_after_2038),
        cmocka_unit_test_with_pool(misses_nothing_when_the_store_fails_meanwhile),
        cmocka_unit_test_with_pool(sends_later_what_could_not_be_sent),
        cmocka_unit_test_with_pool(sends_all_of_them_whichever_call_fails),
        cmocka_unit_test_with_pool(leaves_to_others_what_is_not_for_its_store),
        cmocka_unit_test_with_pool(sends_nothing_that_has_outlived_itself),
        cmocka_unit_test_with_pool(finds_the_end_of_a_list_whose_head_is_lost),
        cmocka_unit_test_with_pool(gives_up_on_a_list_without_an_end),
        cmocka_unit_test_with_pool(reads_a_long_list_in_pieces),
        cmocka_unit_test_with_pool(
            says_when_it_reads_no_revocations_and_when_it_does_again),
        cmocka_unit_test_with_pool(says_nothing_of_a_store_that_restarts),
        cmocka_unit_test_with_pool(says_when_it_has_read_nothing_since_its_start),
        cmocka_unit_test_with_pool(warns_at_its_time_whatever_the_clock_does),
        cmocka_unit_test_with_pool(
            says_when_there_are_more_revocations_than_there_is_room_for),
        cmocka_unit_test_with_pool(ends_all_sessions_of_the_user),
        cmocka_unit_test_with_pool(ends_nobody_else),
        cmocka_unit_test_with_pool(ends_nothing_new_when_it_is_repeated),
        cmocka_unit_test_with_pool(believes_no_request_that_is_not_signed),
        cmocka_unit_test_with_pool(takes_no_signed_nonsense),
        cmocka_unit_test_with_pool(is_no_url_of_ours_without_a_key),
        cmocka_unit_test_with_pool(fails_when_it_cannot_be_sent_to_the_other_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
