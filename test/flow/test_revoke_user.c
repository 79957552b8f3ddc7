/* The end of all sessions of a user, from outside. */
#include "test/flow/two_hosts.h"

#include <apr_strings.h>

#include "crypto/digest.h"

#define KEY "0123456789abcdef0123456789abcdef"

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
    assert_true(world_is_granted(world));
    assert_int_equal(world_get(world, "/other/")->kind, COG_REPLY_GRANT);
    ++world->now;
    reply = post(world, body, sign(*state, KEY, world->now, body));
    assert_int_equal(reply->status, 200);
    assert_false(world_is_granted(world));
    assert_int_equal(world_get(world, "/other/")->kind, COG_REPLY_REDIRECT);
    ++world->now;
    world_sign_in(world, "/");
    assert_true(world_is_granted(world));
}

/* Who is to be kept out is not let in by a sign-in of the same second. */
static void ends_a_session_of_the_same_second(void **state)
{
    static const char body[] = "{\"sub\":\"sub-1\"}";
    world_t *world = with_key(*state);

    world_sign_in(world, "/");
    assert_true(world_is_granted(world));
    assert_int_equal(post(world, body, sign(*state, KEY, world->now, body))->status, 200);
    assert_false(world_is_granted(world));
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

/* Signed as it says, whatever it says. */
static const char *sign_as(apr_pool_t *pool, const char *time, const char *between,
                           const char *body)
{
    const char *text = apr_pstrcat(pool, time, ".", body, NULL);

    return apr_pstrcat(pool, "t=", time, between,
                       cog_hmac_text(pool, cog_secret_of(KEY), cog_span_of(text)), NULL);
}

/* clang-format off */
static const struct {
    const char *rule;
    const char *time;
    const char *between;
    int status;
} forms[] = {
    {"as it should be",  "1700000000",    ",v1=",     200},
    {"twelve digits",    "001700000000",  ",v1=",     200},
    {"thirteen digits",  "0001700000000", ",v1=",     401},
    {"no digit",         "",              ",v1=",     401},
    {"another time",     "1700000300",    ",v1=",     401},
    {"another version",  "1700000000",    ",v2=",     401},
    {"no version",       "1700000000",    ",",        401},
    {"nothing between",  "1700000000",    "",         401},
    {"more between",     "1700000000",    ",a=b,v1=", 401},
    {"a sign",           "+1700000000",   ",v1=",     401},
};
/* clang-format on */

static void wants_the_signature_in_its_form(void **state)
{
    static const char body[] = "{\"sub\":\"sub-2\"}";
    world_t *world = with_key(*state);

    for (size_t i = 0; i < COUNT(forms); ++i) {
        const char *signature = sign_as(*state, forms[i].time, forms[i].between, body);

        if (post(world, body, signature)->status != forms[i].status) {
            fail_msg("rule \"%s\" is broken", forms[i].rule);
        }
    }
}

static void takes_subjects_of_at_most_255_octets(void **state)
{
    world_t *world = with_key(*state);

    for (int len = 254; len <= 256; ++len) {
        char *subject = apr_palloc(*state, (apr_size_t)len + 1);
        const char *body;

        memset(subject, 'a', (size_t)len);
        subject[len] = '\0';
        body = apr_psprintf(*state, "{\"sub\":\"%s\"}", subject);
        assert_int_equal(post(world, body, sign(*state, KEY, WORLD_NOW, body))->status,
                         len <= 255 ? 200 : 400);
    }
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
    assert_signed_out_there(hosts);
}

static int revoke_unheard(world_t *world)
{
    static const char body[] = "{\"sub\":\"sub-1\"}";
    int status;

    world->store->is_down = 1;
    status = post(world, body, sign(world->pool, KEY, world->now, body))->status;
    world->store->is_down = 0;
    return status;
}

static void revoke_again(void *context)
{
    world_t *world = context;

    world->store->between = NULL;
    (void)revoke_unheard(world);
}

/* Sessions of the user that end while it is being told that earlier ones have. */
static void tells_the_others_of_what_ends_while_it_is_sent(void **state)
{
    hosts_t *hosts = make_hosts(*state);
    world_t *here = hosts->here;

    here->conf.revoke_key = cog_secret_of(KEY);
    assert_int_equal(revoke_unheard(here), 503);
    here->now += 5;
    world_sign_in(here, "/");
    carry_cookies(hosts);
    here->store->between = revoke_again;
    assert_int_equal(world_send_revocations(here), COG_OK);
    assert_false(world_is_granted(here));
    assert_int_equal(world_send_revocations(here), COG_OK);
    assert_signed_out_there(hosts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(ends_all_sessions_of_the_user),
        cmocka_unit_test_with_pool(ends_a_session_of_the_same_second),
        cmocka_unit_test_with_pool(ends_nobody_else),
        cmocka_unit_test_with_pool(ends_nothing_new_when_it_is_repeated),
        cmocka_unit_test_with_pool(believes_no_request_that_is_not_signed),
        cmocka_unit_test_with_pool(wants_the_signature_in_its_form),
        cmocka_unit_test_with_pool(takes_subjects_of_at_most_255_octets),
        cmocka_unit_test_with_pool(takes_no_signed_nonsense),
        cmocka_unit_test_with_pool(is_no_url_of_ours_without_a_key),
        cmocka_unit_test_with_pool(fails_when_it_cannot_be_sent_to_the_other_hosts),
        cmocka_unit_test_with_pool(tells_the_others_of_what_ends_while_it_is_sent),
    };

    return cmocka_run_group_tests_name("flow/revocation/revoke_user", tests, NULL, NULL);
}
