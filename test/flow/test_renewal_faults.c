/* Renewal that fails: what the user pool refuses, what is not believed, what is down. */
#include "test/flow/world_to_renew.h"

static int waits;

static void ends_when_the_user_pool_says_so(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = world_to_renew(*state, is_stored);
        const char *session = apr_table_get(world->cookies, WORLD_SESSION);
        const char *tokens = apr_table_get(world->cookies, WORLD_TOKENS);

        world->renewed_body = "{'error':'invalid_grant'}";
        world->renewed_status = 400;
        world->now += 3100;
        assert_int_equal(world_get(world, "/")->kind, COG_REPLY_REDIRECT);
        assert_null(apr_table_get(world->cookies, WORLD_SESSION));
        assert_null(apr_table_get(world->cookies, WORLD_TOKENS));
        assert_int_equal(fake_store_count(world->store, "cognito:"), 0);
        /* nor does a copy of the cookies lead to another call */
        apr_table_setn(world->cookies, WORLD_SESSION, session);
        if (tokens) {
            apr_table_setn(world->cookies, WORLD_TOKENS, tokens);
        }
        assert_false(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
    }
}

static void answers_scripts_with_401_when_it_ends(void **state)
{
    world_t *world = world_to_renew(*state, 0);

    world->renewed_body = "{'error':'invalid_grant'}";
    world->renewed_status = 400;
    world->now += 3600;
    world_header(world, "Sec-Fetch-Mode", "cors");
    assert_int_equal(world_get(world, "/")->status, 401);
}

/* F29 */
static void lives_on_for_the_grace_when_the_user_pool_fails(void **state)
{
    static const struct {
        int status;
        const char *body;
    } failures[] = {
        {500, "oops"                                                           },
        {429, "{'error':'slow_down'}"                                          },
        {400, "{'__type':'TooManyRequestsException','message':'Rate exceeded'}"},
        {400, "{'error':'invalid_client'}"                                     },
        {200, "{'id_token':1}"                                                 },
        {200, "<html>"                                                         },
        {302, ""                                                               },
    };

    for (size_t i = 0; i < COUNT(failures); ++i) {
        world_t *world = world_to_renew(*state, i % 2 == 1);

        world->renewed_body = failures[i].body;
        world->renewed_status = failures[i].status;
        world->now += 3600 + 899;
        assert_true(world_is_granted(world));
        world->now += 1;
        assert_int_equal(world_get(world, "/")->status, 503);
        assert_int_equal(world_get(world, "/")->error, COG_E_IDP_UNREACHABLE);
        /* it is still there when the user pool is back */
        world->renewed_body = NULL;
        world->now += 11;
        assert_true(world_is_granted(world));
    }
}

/* Nothing is known of the user pool: that is no reason to end a session, or to blame it.
 */
static void lives_on_while_the_proxy_lets_nobody_through(void **state)
{
    world_t *world = world_to_renew(*state, 0);
    const cog_reply_t *reply;

    world->is_proxy_closed = 1;
    world->now += 3600 + 899;
    assert_true(world_is_granted(world));
    world->now += 11;
    reply = world_get(world, "/");
    assert_int_equal(reply->error, COG_E_PROXY_AUTH);
    assert_int_equal(reply->status, 503);
    world->is_proxy_closed = 0;
    world->now += 11;
    assert_true(world_is_granted(world));
}

static void open_new_browser(world_t *world)
{
    world->cookies = apr_table_make(world->pool, 4);
    world_sign_in(world, "/");
}

/* F40: while nobody answers, one session in some seconds asks, and the others go on. */
static void does_not_let_every_session_wait_for_nobody(void **state)
{
    world_t *world = world_to_renew(*state, 0);
    apr_table_t *browsers[10];
    size_t before;

    for (size_t i = 0; i < COUNT(browsers); ++i) {
        open_new_browser(world);
        browsers[i] = world->cookies;
    }
    world->now += 3600;
    before = (size_t)world->fetched->nelts;
    world->is_unreachable = 1;
    for (size_t i = 0; i < COUNT(browsers); ++i) {
        world->cookies = browsers[i];
        assert_true(world_is_granted(world));
    }
    assert_int_equal((size_t)world->fetched->nelts - before, 1);
    /* nor does the log warn of those for whom nobody was asked */
    assert_int_equal(world_log_count(world, "COG3073"), 1);
    world->is_unreachable = 0;
    world->now += 11;
    for (size_t i = 0; i < COUNT(browsers); ++i) {
        world->cookies = browsers[i];
        assert_true(world_is_granted(world));
    }
    assert_int_equal(world->renewals, COUNT(browsers));
}

static void backs_off_after_a_failure(void **state)
{
    world_t *world = world_to_renew(*state, 0);

    world->renewed_body = "oops";
    world->renewed_status = 500;
    world->now += 3600;
    for (int second = 0; second < 60; ++second) {
        assert_true(world_is_granted(world));
        ++world->now;
    }
    assert_in_range(world->renewals, 6, 12);
}

/* F20: without its store a session of the cookies is not renewed, but lives on. */
static void lives_on_for_the_grace_without_the_store(void **state)
{
    world_t *world = world_to_renew(*state, 0);

    world->store->is_down = 1;
    world->now += 3600 + 899;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 0);
    ++world->now;
    assert_int_equal(world_get(world, "/")->status, 503);
    world->store->is_down = 0;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 1);
}

static void bring_the_store_back(void *context)
{
    world_t *world = context;

    if (++waits == 5) {
        world->store->is_down = 0;
    }
}

static void let_the_store_fail_after_the_redemption(world_t *world)
{
    world->store->is_down = 1;
    world->while_waiting = bring_the_store_back;
    waits = 0;
}

/* A refresh token that is good once is not thrown away because the store restarts. */
static void writes_patiently_what_it_has_got(void **state)
{
    world_t *world = world_to_renew(*state, 1);

    world->rotates = 1;
    world->on_renewal = let_the_store_fail_after_the_redemption;
    world->now += 3600;
    assert_true(world_is_granted(world));
    assert_int_equal(waits, 5);
    world->on_renewal = NULL;
    world->now += 3600;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 2);
}

static void let_the_store_fail(world_t *world)
{
    world->store->is_down = 1;
}

/* What could not be written is nowhere: the old claims stand, and are renewed again. */
static void tells_nobody_what_it_could_not_write(void **state)
{
    world_t *world = world_to_renew(*state, 1);

    world->on_renewal = let_the_store_fail;
    world->claims = ",'cognito:groups':['admins']";
    world->now += 3600;
    assert_null(world_claim(world, "cognito:groups"));
    world->on_renewal = NULL;
    world->store->is_down = 0;
    world->now += 11;
    assert_string_equal(world_claim(world, "cognito:groups"), "admins");
    assert_int_equal(world->renewals, 2);
}

/* Whichever call fails: an answer, and health afterwards. */
static void survives_the_failure_of_any_port_call(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = world_to_renew(*state, is_stored);
        int before = world->calls;
        int calls;

        world->now += 3600;
        assert_true(world_is_granted(world));
        calls = world->calls - before;
        assert_in_range(calls, 5, 30);
        for (int n = 1; n <= calls; ++n) {
            cog_reply_t *reply;

            world = world_to_renew(*state, is_stored);
            world->rotates = n % 2;
            world->now += 3600;
            world->fail_at = world->calls + n;
            reply = world_get(world, "/");
            assert_true(reply->kind == COG_REPLY_GRANT || reply->status == 503);
            world->fail_at = 0;
            world->now += 11;
            reply = world_get(world, "/");
            assert_true(reply->kind == COG_REPLY_GRANT ||
                        reply->kind == COG_REPLY_REDIRECT);
            world_sign_in(world, "/");
            assert_string_equal(world_claim(world, "sub"), "sub-1");
        }
    }
}

/* It need not wait for what the user pool cannot give for this session. */
static void can_be_replaced_when_it_cannot_be_renewed(void **state)
{
    world_t *world = world_to_renew(*state, 0);

    world->renewed_body = "{'error':'unauthorized_client'}";
    world->renewed_status = 400;
    world->now += 3600;
    assert_string_equal(world_get(world, "/.cognito/login?return_to=/a")->location,
                        WORLD_ORIGIN "/a");
    world->now += 900;
    assert_int_equal(world_get(world, "/")->status, 503);
    assert_non_null(
        strstr(world_get(world, "/.cognito/login?return_to=/a")->location, WORLD_DOMAIN));
    world_sign_in(world, "/.cognito/login?return_to=/a");
    assert_true(world_is_granted(world));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(ends_when_the_user_pool_says_so),
        cmocka_unit_test_with_pool(answers_scripts_with_401_when_it_ends),
        cmocka_unit_test_with_pool(lives_on_for_the_grace_when_the_user_pool_fails),
        cmocka_unit_test_with_pool(lives_on_while_the_proxy_lets_nobody_through),
        cmocka_unit_test_with_pool(does_not_let_every_session_wait_for_nobody),
        cmocka_unit_test_with_pool(backs_off_after_a_failure),
        cmocka_unit_test_with_pool(lives_on_for_the_grace_without_the_store),
        cmocka_unit_test_with_pool(writes_patiently_what_it_has_got),
        cmocka_unit_test_with_pool(tells_nobody_what_it_could_not_write),
        cmocka_unit_test_with_pool(survives_the_failure_of_any_port_call),
        cmocka_unit_test_with_pool(can_be_replaced_when_it_cannot_be_renewed),
    };

    return cmocka_run_group_tests_name("flow/session/renewal, faults", tests, NULL, NULL);
}
