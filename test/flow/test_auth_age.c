/* Require cognito-auth-age: a sign-in that is too long ago leads to a fresh one, once by
 * prompt and max_age, once by the user pool's sign-out, and never round and round. */
#include "test/flow/world.h"

#include <apr_strings.h>

#include "base/query.h"
#include "base/text.h"

#define AGE 900

static int goes_to(const cog_reply_t *reply, const char *endpoint)
{
    return reply->kind == COG_REPLY_REDIRECT &&
           cog_text_begins(
               reply->location,
               apr_pstrcat(reply->cookies->pool, WORLD_DOMAIN, endpoint, "?", NULL));
}

static void assert_param(const world_t *world, const cog_reply_t *reply, const char *name,
                         const char *expected)
{
    const char *value = world_param(world, reply->location, name);

    if (!expected) {
        assert_null(value);
        return;
    }
    assert_non_null(value);
    assert_string_equal(value, expected);
}

static void assert_asks_by_prompt(const world_t *world, const cog_reply_t *reply)
{
    assert_true(goes_to(reply, "/oauth2/authorize"));
    assert_param(world, reply, "prompt", "login");
    assert_param(world, reply, "max_age", "900");
}

/* With all that a login needs: the parameters travel on to the sign-in page. */
static void assert_asks_by_sign_out(const world_t *world, const cog_reply_t *reply)
{
    static const char *const needed[] = {"state", "nonce", "code_challenge", "scope"};

    assert_true(goes_to(reply, "/logout"));
    assert_param(world, reply, "client_id", WORLD_CLIENT);
    assert_param(world, reply, "response_type", "code");
    assert_param(world, reply, "redirect_uri", WORLD_ORIGIN "/.cognito/callback");
    assert_param(world, reply, "code_challenge_method", "S256");
    assert_param(world, reply, "logout_uri", NULL);
    assert_param(world, reply, "prompt", NULL);
    assert_param(world, reply, "max_age", NULL);
    for (size_t i = 0; i < COUNT(needed); ++i) {
        assert_non_null(world_param(world, reply->location, needed[i]));
    }
}

static void assert_goes_back(const cog_reply_t *reply, const char *path)
{
    assert_int_equal(reply->kind, COG_REPLY_REDIRECT);
    assert_int_equal(reply->status, 303);
    assert_string_equal(reply->location,
                        apr_pstrcat(reply->cookies->pool, WORLD_ORIGIN, path, NULL));
}

static void assert_gives_up(const cog_reply_t *reply)
{
    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_int_equal(reply->status, 403);
    assert_int_equal(reply->error, COG_E_AUTH_AGE);
}

/* Signed in, an hour ago. */
static world_t *world_of_old_sign_in(apr_pool_t *pool)
{
    world_t *world = world_make(pool);

    world->auth_time = world->now - 3000;
    world_sign_in(world, "/");
    assert_true(world_is_granted(world));
    world->max_age_sec = AGE;
    return world;
}

static cog_reply_t *come_back(world_t *world, const cog_reply_t *login)
{
    return world_get(world, world_callback(world, login));
}

static void asks_nothing_while_the_sign_in_is_fresh(void **state)
{
    world_t *world = world_make(*state);

    world->max_age_sec = AGE;
    world_sign_in(world, "/");
    world->auth_time = world->now;
    world->now += AGE;
    assert_true(world_is_granted(world));
    world->now += 1;
    assert_asks_by_prompt(world, world_get(world, "/"));
}

static void comes_back_after_a_fresh_sign_in(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    cog_reply_t *reply = world_get(world, "/orders?page=2");

    assert_asks_by_prompt(world, reply);
    world->auth_time = 0;
    assert_goes_back(come_back(world, reply), "/orders?page=2");
    assert_int_equal(world_get(world, "/orders?page=2")->kind, COG_REPLY_GRANT);
}

/* The session from before is good for all other places meanwhile. */
static void keeps_the_session_until_then(void **state)
{
    world_t *world = world_of_old_sign_in(*state);

    world_get(world, "/orders");
    world->max_age_sec = 0;
    assert_true(world_is_granted(world));
}

/* O08: the classic hosted UI knows neither prompt nor max_age. */
static void signs_out_where_the_prompt_is_not_heeded(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    cog_reply_t *reply = come_back(world, world_get(world, "/orders"));

    assert_asks_by_sign_out(world, reply);
    world->auth_time = 0;
    assert_goes_back(come_back(world, reply), "/orders");
    assert_int_equal(world_get(world, "/orders")->kind, COG_REPLY_GRANT);
}

static void gives_up_when_that_does_not_help_either(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    cog_reply_t *reply = come_back(world, world_get(world, "/orders"));

    assert_gives_up(come_back(world, reply));
    assert_true(world_has_logged(world, "auth_age"));
}

static void believes_no_token_without_a_time(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    cog_reply_t *reply;

    world->auth_time = -1;
    reply = come_back(world, world_get(world, "/orders"));
    assert_asks_by_sign_out(world, reply);
    assert_gives_up(come_back(world, reply));
}

static void takes_an_absent_time_for_no_fresh_sign_in(void **state)
{
    world_t *world = world_make(*state);

    world->auth_time = -1;
    world_sign_in(world, "/");
    assert_true(world_is_granted(world));
    world->max_age_sec = AGE;
    assert_asks_by_prompt(world, world_get(world, "/"));
}

/* At the callback a little of the time must be left, or the page would ask again. */
static void leaves_time_for_the_way_back(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    cog_reply_t *reply = world_get(world, "/orders");

    world->auth_time = world->now - AGE + 5;
    reply = come_back(world, reply);
    assert_asks_by_sign_out(world, reply);
    world->auth_time = world->now - AGE + 10;
    assert_goes_back(come_back(world, reply), "/orders");
    world->now += 10;
    assert_int_equal(world_get(world, "/orders")->kind, COG_REPLY_GRANT);
}

/* What the sign-out may lose on its way is made up for by an ordinary login. */
static void logs_in_once_more_when_the_sign_out_lost_the_nonce(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    cog_reply_t *reply = come_back(world, world_get(world, "/orders"));

    assert_asks_by_sign_out(world, reply);
    world->auth_time = world->now;
    world->nonce = "another";
    reply = come_back(world, reply);
    assert_true(goes_to(reply, "/oauth2/authorize"));
    assert_param(world, reply, "prompt", NULL);
    assert_param(world, reply, "max_age", NULL);
    assert_goes_back(come_back(world, reply), "/orders");
    assert_int_equal(world_get(world, "/orders")->kind, COG_REPLY_GRANT);
}

static void logs_in_once_more_when_the_sign_out_lost_the_challenge(void **state)
{
    static const char *const answers[] = {"{\"error\":\"invalid_grant\"}",
                                          "{\"error\":\"invalid_request\"}"};

    for (size_t i = 0; i < COUNT(answers); ++i) {
        world_t *world = world_of_old_sign_in(*state);
        cog_reply_t *reply = come_back(world, world_get(world, "/orders"));

        world->token_status = 400;
        world->token_body = answers[i];
        reply = come_back(world, reply);
        assert_true(goes_to(reply, "/oauth2/authorize"));
        /* and that was the last time */
        assert_int_equal(come_back(world, reply)->kind, COG_REPLY_PAGE);
    }
}

static void the_last_login_must_be_fresh_too(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    cog_reply_t *reply = come_back(world, world_get(world, "/orders"));

    world->nonce = "another";
    reply = come_back(world, reply);
    assert_true(goes_to(reply, "/oauth2/authorize"));
    assert_gives_up(come_back(world, reply));
}

static void forget_logins(world_t *world)
{
    const char *session = apr_table_get(world->cookies, WORLD_SESSION);

    apr_table_clear(world->cookies);
    apr_table_setn(world->cookies, WORLD_SESSION, session);
}

/* With a session that is too old, a callback must not send back to the page. */
static void ends_no_less_where_the_logins_cookie_is_lost(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    cog_reply_t *reply = world_get(world, "/orders");

    forget_logins(world);
    reply = come_back(world, reply);
    assert_asks_by_sign_out(world, reply);
    forget_logins(world);
    reply = come_back(world, reply);
    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_int_equal(reply->error, COG_E_LOGIN_LOOP);
}

static void a_repeated_callback_goes_back(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    cog_reply_t *login = world_get(world, "/orders");

    world->auth_time = 0;
    come_back(world, login);
    assert_goes_back(come_back(world, login), "/orders");
}

static void the_places_parameters_give_way(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    apr_array_header_t *params = world_place_params(world);
    cog_reply_t *reply;

    cog_query_add(params, "prompt", "none");
    cog_query_add(params, "max_age", "99999");
    cog_query_add(params, "identity_provider", "EntraID");
    cog_query_add(params, "lang", "de");
    reply = world_get(world, "/orders");
    assert_asks_by_prompt(world, reply);
    assert_param(world, reply, "identity_provider", "EntraID");
    assert_param(world, reply, "lang", "de");
    reply = come_back(world, reply);
    assert_asks_by_sign_out(world, reply);
    assert_param(world, reply, "identity_provider", NULL);
    assert_param(world, reply, "lang", "de");
}

static void a_script_is_told_where_to_go(void **state)
{
    world_t *world = world_of_old_sign_in(*state);
    cog_reply_t *reply;

    world_header(world, "Sec-Fetch-Mode", "cors");
    world_header(world, "Sec-Fetch-Dest", "empty");
    world_header(world, "Referer", WORLD_ORIGIN "/page");
    reply = world_get(world, "/api");
    assert_int_equal(reply->kind, COG_REPLY_JSON);
    assert_int_equal(reply->status, 401);
    assert_non_null(strstr(reply->json, "\"error\":\"auth_age\""));
    assert_non_null(strstr(reply->json, WORLD_ORIGIN
                           "/.cognito/login?return_to=%2Fpage&max_age=900s"));
    reply = world_get(world, "/.cognito/login?return_to=%2Fpage&max_age=900s");
    assert_asks_by_prompt(world, reply);
    world->auth_time = 0;
    assert_goes_back(come_back(world, reply), "/page");
    assert_goes_back(world_get(world, "/.cognito/login?return_to=%2Fpage&max_age=900s"),
                     "/page");
}

static void the_login_takes_no_odd_age(void **state)
{
    static const char *const odd[] = {"900", "0s", "-1s", "x", "99999999s", ""};

    for (size_t i = 0; i < COUNT(odd); ++i) {
        world_t *world = world_make(*state);
        cog_reply_t *reply = world_get(
            world, apr_pstrcat(*state, "/.cognito/login?max_age=", odd[i], NULL));

        assert_int_equal(reply->status, 400);
    }
}

static void no_sign_in_is_asked_for_where_scripts_alone_are(void **state)
{
    world_t *world = world_of_old_sign_in(*state);

    world->place.unauthenticated = COG_UNAUTHENTICATED_401;
    assert_int_equal(world_get(world, "/orders")->status, 401);
    world->place.unauthenticated = COG_UNAUTHENTICATED_LOGIN;
    assert_asks_by_prompt(world, world_get(world, "/orders"));
}

/* Whatever fails on the way, nobody gets in by it. */
static void lets_nobody_in_when_something_fails(void **state)
{
    for (int i = 1; i < 12; ++i) {
        world_t *world = world_of_old_sign_in(*state);
        cog_reply_t *reply;

        world->calls = 0;
        world->fail_at = i;
        reply = world_get(world, "/orders");
        if (goes_to(reply, "/oauth2/authorize")) {
            reply = come_back(world, reply);
        }
        assert_true(reply->kind != COG_REPLY_GRANT);
        world->fail_at = 0;
        assert_true(world_get(world, "/orders")->kind != COG_REPLY_GRANT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(asks_nothing_while_the_sign_in_is_fresh),
        cmocka_unit_test_with_pool(comes_back_after_a_fresh_sign_in),
        cmocka_unit_test_with_pool(keeps_the_session_until_then),
        cmocka_unit_test_with_pool(signs_out_where_the_prompt_is_not_heeded),
        cmocka_unit_test_with_pool(gives_up_when_that_does_not_help_either),
        cmocka_unit_test_with_pool(believes_no_token_without_a_time),
        cmocka_unit_test_with_pool(takes_an_absent_time_for_no_fresh_sign_in),
        cmocka_unit_test_with_pool(leaves_time_for_the_way_back),
        cmocka_unit_test_with_pool(logs_in_once_more_when_the_sign_out_lost_the_nonce),
        cmocka_unit_test_with_pool(
            logs_in_once_more_when_the_sign_out_lost_the_challenge),
        cmocka_unit_test_with_pool(the_last_login_must_be_fresh_too),
        cmocka_unit_test_with_pool(ends_no_less_where_the_logins_cookie_is_lost),
        cmocka_unit_test_with_pool(a_repeated_callback_goes_back),
        cmocka_unit_test_with_pool(the_places_parameters_give_way),
        cmocka_unit_test_with_pool(a_script_is_told_where_to_go),
        cmocka_unit_test_with_pool(the_login_takes_no_odd_age),
        cmocka_unit_test_with_pool(no_sign_in_is_asked_for_where_scripts_alone_are),
        cmocka_unit_test_with_pool(lets_nobody_in_when_something_fails),
    };

    return cmocka_run_group_tests_name("flow/auth_age", tests, NULL, NULL);
}
