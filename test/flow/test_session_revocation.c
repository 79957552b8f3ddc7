/* Sessions that end before their time: on this host, and on those that share its store.
 */
#include "test/flow/two_hosts.h"

#include <apr_strings.h>

static void ends_a_copy_on_another_host_as_soon_as_it_listens(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    assert_true(world_is_granted(hosts->there));
    world_get(hosts->here, "/.cognito/logout");
    assert_true(world_is_granted(hosts->there));
    assert_signed_out_there(hosts);
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
    assert_signed_out_there(hosts);
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
        assert_signed_out_there(hosts);
    }
}

static const char *entry(const hosts_t *hosts, int number)
{
    const cog_keyring_t *keyring = hosts->here->conf.keyring;

    return apr_psprintf(hosts->here->pool, "cognito:end:%s:%d",
                        cog_keyring_id_text(hosts->here->pool, keyring, 0), number);
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
    assert_signed_out_there(hosts);
    assert_in_range(hosts->here->store->calls - calls, 2, 5);
}

/* Some hosts seal with the new secret already, others with the old one still. */
static void reads_revocations_while_secrets_rotate(void **state)
{
    static const char key[] = "0123456789abcdef0123456789abcdef";
    static const char other_key[] = "fedcba9876543210fedcba9876543210";
    hosts_t *hosts = make_hosts(*state);

    hosts->here->conf.keyring = keyring_of(*state, key, other_key);
    hosts->there->conf.keyring = keyring_of(*state, other_key, key);
    for (int round = 0; round < 3; ++round) {
        world_sign_in(hosts->here, "/");
        carry_cookies(hosts);
        assert_true(world_is_granted(hosts->there));
        world_get(hosts->here, "/.cognito/logout");
        assert_signed_out_there(hosts);
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
    assert_signed_out_there(hosts);
}

static void ends_a_session_from_a_host_whose_clock_is_ahead(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    hosts->here->now += 120;
    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    assert_true(world_is_granted(hosts->there));
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
    assert_signed_out_there(hosts);
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
    assert_signed_out_there(hosts);
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
        cmocka_unit_test_with_pool(ends_a_session_from_a_host_whose_clock_is_ahead),
        cmocka_unit_test_with_pool(sends_a_revocation_once),
        cmocka_unit_test_with_pool(reads_revocations_after_2038),
        cmocka_unit_test_with_pool(finds_the_end_of_a_list_whose_head_is_lost),
        cmocka_unit_test_with_pool(gives_up_on_a_list_without_an_end),
        cmocka_unit_test_with_pool(reads_a_long_list_in_pieces),
    };

    return cmocka_run_group_tests_name("flow/revocation", tests, NULL, NULL);
}
