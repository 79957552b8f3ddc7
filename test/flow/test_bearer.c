/* API clients: who is let in with a token, and what the others are told. */
#include "test/flow/api_client.h"

#include <apr_strings.h>

#include "flow/bearer/bearer.h"

#define MACHINE                                                                          \
    ",'client_id':'" WORLD_CLIENT "','sub':'" WORLD_CLIENT "','scope':'orders/read'"

static void assert_refused(const char *rule, const cog_reply_t *reply, int status,
                           const char *challenge)
{
    if (reply->kind != COG_REPLY_JSON || reply->status != status) {
        fail_msg("%s: answered with kind %d, %d", rule, reply->kind, reply->status);
    }
    assert_null(reply->session);
    assert_null(reply->bearer);
    assert_int_equal(reply->cookies->nelts, 0);
    if (strncmp(reply->challenge, challenge, strlen(challenge)) != 0) {
        fail_msg("%s: %s", rule, reply->challenge);
    }
}

/* C01 */
static void asks_who_brings_none(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    static const char *const others[] = {NULL, "Basic YTpi", "DPoP x.y.z", "BearerT"};

    for (size_t i = 0; i < COUNT(others); ++i) {
        cog_reply_t *reply = ask(world, others[i]);

        assert_refused("C01 C10", reply, 401, "Bearer realm=\"Cognito\"");
        assert_string_equal(reply->challenge, "Bearer realm=\"Cognito\"");
    }
    assert_int_equal(world->fetched->nelts, 0);
}

static void lets_a_user_in(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    cog_reply_t *reply = present(world, world_access_token(world));

    assert_int_equal(reply->kind, COG_REPLY_GRANT);
    assert_string_equal(cog_session_claim(reply->session, "cognito:username"), "bob");
    assert_string_equal(cog_session_claim(reply->session, "sub"), "sub-9");
    assert_string_equal(cog_session_claim(reply->session, "cognito:groups"), "api");
    assert_string_equal(cog_session_claim(reply->session, "scope"), "openid orders/read");
    assert_string_equal(cog_session_claim(reply->session, "client_id"), WORLD_CLIENT);
    assert_null(cog_session_claim(reply->session, "username"));
    assert_null(cog_session_claim(reply->session, "token_use"));
    assert_false(reply->bearer->facts.is_machine);
    assert_int_equal(reply->cookies->nelts, 0);
}

/* B17 */
static void knows_a_machine(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    const char *token;

    world->access_claims = MACHINE;
    token = world_access_token(world);
    for (int i = 0; i < 3; ++i) {
        cog_reply_t *reply = present(world, token);

        assert_int_equal(reply->kind, COG_REPLY_GRANT);
        assert_true(reply->bearer->facts.is_machine);
        assert_string_equal(reply->bearer->facts.client_id, WORLD_CLIENT);
        assert_null(cog_session_claim(reply->session, "cognito:username"));
    }
}

/* clang-format off */
static const struct {
    const char *rule;
    const char *claims;
    const char *why;
} bad_tokens[] = {
    {"O11 ac-client-other", ",'client_id':'other'" USER,               "token was issued for another app"},
    {"O10 an ID token",     ",'aud':'" WORLD_CLIENT "'" USER ",'token_use':'id'", "token is not"},
    {"bound elsewhere",     APP USER ",'aud':'https://other.example'", "token is bound"},
    {"no subject",          APP ",'username':'bob'",                   "token names no"},
    {"J11 sub twice",       APP USER ",'sub':'root'",                  "token is not"},
    {"not yet",             APP USER ",'nbf':1800000000",              "token is from the future"},
};
/* clang-format on */

/* C02, C06: a browser's navigation gets 401 as well. */
static void refuses_bad_tokens(void **state)
{
    for (size_t i = 0; i < COUNT(bad_tokens); ++i) {
        world_t *world = world_for(*state, COG_ACCEPT_BEARER);

        world->access_claims = bad_tokens[i].claims;
        assert_refused(bad_tokens[i].rule, present(world, world_access_token(world)), 401,
                       apr_pstrcat(world->pool,
                                   "Bearer realm=\"Cognito\", error=\"invalid_token\", "
                                   "error_description=\"",
                                   bad_tokens[i].why, NULL));
    }
}

static void refuses_what_is_no_token(void **state)
{
    static const char *const texts[] = {"x", "eyJhbGciOiJSUzI1NiJ9.e30.A=", "a.b.c",
                                        "..."};
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);

    for (size_t i = 0; i < COUNT(texts); ++i) {
        assert_refused(texts[i], present(world, texts[i]), 401,
                       "Bearer realm=\"Cognito\", error=\"invalid_token\"");
    }
    assert_int_equal(world->fetched->nelts, 0);
}

/* C02, C03, C04 */
static void refuses_requests_that_are_malformed(void **state)
{
    static const char *const headers[] = {"Bearer", "Bearer a, Bearer b", "Bearer a b",
                                          "Basic YTpi, Bearer a"};
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    static const char expected[] = "Bearer realm=\"Cognito\", error=\"invalid_request\"";

    for (size_t i = 0; i < COUNT(headers); ++i) {
        assert_refused(headers[i], ask(world, headers[i]), 400, expected);
    }
    world_header(world, "Authorization",
                 apr_pstrcat(world->pool, "Bearer ", world_access_token(world), NULL));
    assert_refused("C03 header and query", world_get(world, "/api?x=1&access_token=abc"),
                   400, expected);
}

/* B09 */
static void ignores_a_token_in_the_query(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    const char *target =
        apr_pstrcat(world->pool, "/api?access_token=", world_access_token(world), NULL);

    assert_string_equal(world_get(world, target)->challenge, "Bearer realm=\"Cognito\"");
}

static const char *user_of(const cog_reply_t *reply)
{
    return reply->kind == COG_REPLY_GRANT ? cog_session_claim(reply->session, "sub")
                                          : "-";
}

/* C09: one rule, and never claims of both. */
static void goes_by_the_token_where_both_come(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_SESSION | COG_ACCEPT_BEARER);

    world->claims = ",'cognito:username':'alice','email':'alice@example.com'";
    world_sign_in(world, "/");
    assert_string_equal(user_of(world_get(world, "/")), "sub-1");

    assert_string_equal(user_of(present(world, world_access_token(world))), "sub-9");
    assert_null(
        cog_session_claim(present(world, world_access_token(world))->session, "email"));
    assert_refused("C09", present(world, "broken"), 401,
                   "Bearer realm=\"Cognito\", error");
    assert_refused("C09", ask(world, "Bearer a, Bearer b"), 400, "Bearer realm=");
    assert_string_equal(user_of(ask(world, "Basic YTpi")), "sub-1");
}

static void sends_people_to_the_login_where_both_are_accepted(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_SESSION | COG_ACCEPT_BEARER);

    assert_int_equal(world_get(world, "/")->kind, COG_REPLY_REDIRECT);
    world_header(world, "Sec-Fetch-Mode", "cors");
    assert_string_equal(world_get(world, "/")->challenge, "Bearer realm=\"Cognito\"");
}

static void ignores_tokens_where_only_sessions_count(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_SESSION);

    assert_int_equal(present(world, world_access_token(world))->kind, COG_REPLY_REDIRECT);
    world_sign_in(world, "/");
    assert_string_equal(user_of(present(world, world_access_token(world))), "sub-1");
}

static void ignores_sessions_where_only_tokens_count(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_SESSION);

    world_sign_in(world, "/");
    world->place.accepts = COG_ACCEPT_BEARER;
    world->place.unauthenticated = COG_UNAUTHENTICATED_LOGIN;
    assert_refused("C06", world_get(world, "/"), 401, "Bearer realm=\"Cognito\"");
}

static void takes_id_tokens_where_they_are_welcome(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    const char *token = jwt_maker_sign(
        *state, world->signer,
        apr_psprintf(*state,
                     "{\"iss\":\"" WORLD_ISSUER "\",\"aud\":\"" WORLD_CLIENT
                     "\",\"token_use\":\"id\",\"sub\":\"sub-9\",\"cognito:username\":"
                     "\"bob\",\"email\":\"b@example.com\",\"exp\":%d,\"iat\":%d}",
                     WORLD_NOW + 60, WORLD_NOW));

    assert_int_equal(present(world, token)->error, COG_E_TOKEN_USE);
    world->place.bearer.uses = COG_TOKEN_ID;
    for (int i = 0; i < 3; ++i) {
        cog_reply_t *reply = present(world, token);

        assert_string_equal(user_of(reply), "sub-9");
        assert_string_equal(cog_session_claim(reply->session, "email"), "b@example.com");
        assert_string_equal(cog_session_claim(reply->session, "client_id"), WORLD_CLIENT);
    }
}

/* Nothing fails open: the n-th call of a port fails, for every n. */
static void lets_nobody_in_when_something_fails(void **state)
{
    for (int n = 1; n < 10; ++n) {
        world_t *world = world_for(*state, COG_ACCEPT_BEARER);
        cog_reply_t *reply;

        world->fail_at = n;
        reply = present(world, world_access_token(world));
        assert_int_equal(reply->kind == COG_REPLY_GRANT, world->calls < n);
        assert_true(reply->kind == COG_REPLY_GRANT || reply->status >= 500);
    }
}

/* F02, F13: the client is not told that its token is bad when nobody can know. */
static void says_when_it_cannot_be_known(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    cog_reply_t *reply;

    world->fail_at = 1;
    world_header(world, "Accept", "application/json");
    world_header(world, "Sec-Fetch-Mode", "cors");
    reply = present(world, world_access_token(world));
    assert_int_equal(reply->status, 503);
    assert_null(reply->challenge);
    assert_int_equal(reply->retry_after_sec > 0, 1);
}

/* RFC 6750, 3.1 */
static void tells_whom_Require_refuses_which_scope_is_missing(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    cog_reply_t *reply;

    world->forbids_bearers = 1;
    world->missing_scope = "orders/write";
    reply = present(world, world_access_token(world));
    assert_refused("scope", reply, 403, "Bearer realm=\"Cognito\", error=");
    assert_string_equal(reply->challenge, "Bearer realm=\"Cognito\", "
                                          "error=\"insufficient_scope\", "
                                          "scope=\"orders/write\"");
    assert_int_equal(reply->error, COG_E_FORBIDDEN);
    world->missing_scope = NULL;
    reply = present(world, world_access_token(world));
    assert_refused("another reason", reply, 403, "Bearer realm=\"Cognito\"");
    assert_string_equal(reply->challenge, "Bearer realm=\"Cognito\"");
    assert_int_equal(world_log_count(world, "COG3403"), 2);
    assert_int_equal(world_log_count(world, "scope orders/write"), 1);
}

/* RFC 9470, 3 */
static void tells_whose_sign_in_is_too_long_ago_how_old_it_may_be(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    cog_reply_t *reply;

    world->max_age_sec = 900;
    world->access_claims =
        apr_psprintf(*state, APP USER ",'auth_time':%d", WORLD_NOW - 900);
    assert_int_equal(present(world, world_access_token(world))->kind, COG_REPLY_GRANT);
    world->access_claims =
        apr_psprintf(*state, APP USER ",'auth_time':%d", WORLD_NOW - 1000);
    reply = present(world, world_access_token(world));
    assert_refused("age", reply, 401,
                   "Bearer realm=\"Cognito\", "
                   "error=\"insufficient_user_authentication\", ");
    assert_non_null(strstr(reply->challenge, ", max_age=\"900\""));
    assert_int_equal(reply->error, COG_E_AUTH_AGE);
    assert_true(world_has_logged(world, "COG4256: sign-in of the bearer is longer ago "
                                        "than 900 s"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(asks_who_brings_none),
        cmocka_unit_test_with_pool(lets_a_user_in),
        cmocka_unit_test_with_pool(knows_a_machine),
        cmocka_unit_test_with_pool(refuses_bad_tokens),
        cmocka_unit_test_with_pool(refuses_what_is_no_token),
        cmocka_unit_test_with_pool(refuses_requests_that_are_malformed),
        cmocka_unit_test_with_pool(ignores_a_token_in_the_query),
        cmocka_unit_test_with_pool(goes_by_the_token_where_both_come),
        cmocka_unit_test_with_pool(sends_people_to_the_login_where_both_are_accepted),
        cmocka_unit_test_with_pool(ignores_tokens_where_only_sessions_count),
        cmocka_unit_test_with_pool(ignores_sessions_where_only_tokens_count),
        cmocka_unit_test_with_pool(takes_id_tokens_where_they_are_welcome),
        cmocka_unit_test_with_pool(lets_nobody_in_when_something_fails),
        cmocka_unit_test_with_pool(says_when_it_cannot_be_known),
        cmocka_unit_test_with_pool(tells_whom_Require_refuses_which_scope_is_missing),
        cmocka_unit_test_with_pool(tells_whose_sign_in_is_too_long_ago_how_old_it_may_be),
    };

    return cmocka_run_group_tests_name("flow/bearer", tests, NULL, NULL);
}
