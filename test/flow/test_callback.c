/* Callbacks that are not the expected one: errors, late, repeated, foreign, state-less,
 * forged. */
#include "test/flow/world.h"

#include <apr_strings.h>

#include "base/text.h"

static int is_login(const cog_reply_t *reply)
{
    return reply->kind == COG_REPLY_REDIRECT &&
           cog_text_begins(reply->location, WORLD_DOMAIN "/oauth2/authorize?");
}

static const char *error_callback(world_t *world, const cog_reply_t *login,
                                  const char *error)
{
    return apr_pstrcat(world->pool, "/.cognito/callback?", error,
                       "&state=", world_param(world, login->location, "state"), NULL);
}

static void heals_without_state(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/.cognito/callback?code=unsolicited");

    assert_true(is_login(reply));
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 0);
    reply = world_get(world, world_callback(world, reply));
    assert_string_equal(reply->location, WORLD_ORIGIN "/");
}

static void heals_a_repeated_callback(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *login = world_get(world, "/orders");
    const char *callback = world_callback(world, login);

    world_get(world, callback);
    assert_string_equal(world_get(world, callback)->location, WORLD_ORIGIN "/orders");
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 1);
}

static void heals_a_late_callback(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *login = world_get(world, "/orders");

    world->now += COG_LOGIN_SEC; /* just in time */
    assert_string_equal(world_get(world, world_callback(world, login))->location,
                        WORLD_ORIGIN "/orders");
    world = world_make(*state);
    login = world_get(world, "/orders");
    world->now += COG_LOGIN_SEC + 1;
    login = world_get(world, world_callback(world, login));
    assert_true(is_login(login));
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 0);
    assert_string_equal(world_get(world, world_callback(world, login))->location,
                        WORLD_ORIGIN "/orders");
}

/* A restart has taken the client away, or the default one, while the user typed. */
static void heals_a_callback_of_a_client_that_is_gone(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *login = world_get(world, "/other/page");
    const char *callback = world_callback(world, login);

    world->conf.clients = apr_array_make(*state, 1, sizeof(const cog_client_conf_t *));
    world->other_place.client = &world->client;
    login = world_get(world, callback);
    assert_true(is_login(login));
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 0);
    assert_string_equal(world_get(world, world_callback(world, login))->location,
                        WORLD_ORIGIN "/other/page");
}

/* `/` may need no login where all clients are named ones. */
static void heals_without_a_default_client(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->conf.default_client = NULL;
    world->place.client = NULL;
    reply = world_get(world, "/.cognito/callback?code=unsolicited");
    assert_true(is_login(reply));
    assert_non_null(strstr(reply->location, WORLD_CLIENT));
}

/* B02: a state of one browser is of no use in another; its code is not redeemed. */
static void redeems_nothing_for_another_browser(void **state)
{
    world_t *attacker = world_make(*state);
    world_t *victim = world_make(*state);
    const char *callback = world_callback(attacker, world_get(attacker, "/"));

    assert_true(is_login(world_get(victim, callback)));
    assert_int_equal(world_fetch_count(victim, "/oauth2/token"), 0);
    assert_false(world_is_granted(victim));
}

/* B06: an answer counts where its login began, at no other callback of this host. */
static void takes_no_answer_at_another_callback(void **state)
{
    world_t *world = world_make(*state);
    apr_array_header_t *callbacks = apr_array_make(*state, 2, sizeof(const char *));
    const char *query;

    APR_ARRAY_PUSH(callbacks, const char *) = "/.cognito/callback";
    APR_ARRAY_PUSH(callbacks, const char *) = "/old/callback";
    world->conf.callbacks = callbacks;
    query = strchr(world_callback(world, world_get(world, "/")), '?');
    assert_true(is_login(
        world_get(world, apr_pstrcat(world->pool, "/old/callback", query, NULL))));
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 0);
    assert_false(world_is_granted(world));
}

/* B06, RFC 9700, 4.4: a user pool sends its user on to another one, with the state of the
 * login here. What comes back, comes to the callback of that other one. */
static void takes_no_code_of_another_pool(void **state)
{
    world_t *world = world_make(*state);
    apr_array_header_t *callbacks = apr_array_make(*state, 2, sizeof(const char *));
    cog_reply_t *reply;
    const char *query, *nonce;

    APR_ARRAY_PUSH(callbacks, const char *) = "/.cognito/callback";
    APR_ARRAY_PUSH(callbacks, const char *) = "/other/callback";
    world->conf.callbacks = callbacks;
    world->other_client.callback = "/other/callback";
    reply = world_get(world, "/other");
    assert_string_equal(world_param(world, reply->location, "redirect_uri"),
                        WORLD_ORIGIN "/other/callback");
    query = strchr(world_callback(world, reply), '?');
    nonce = world->nonce;
    assert_true(is_login(
        world_get(world, apr_pstrcat(world->pool, "/.cognito/callback", query, NULL))));
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 0);
    world->nonce = nonce;
    reply = world_get(world, apr_pstrcat(world->pool, "/other/callback", query, NULL));
    assert_string_equal(reply->location, WORLD_ORIGIN "/other");
}

/* Its client has another user pool, or id, by now; or is that of another site. */
static void takes_no_code_to_another_pool(void **state)
{
    for (int i = 0; i < 3; ++i) {
        world_t *world = world_make(*state);
        const char *callback = world_callback(world, world_get(world, "/"));

        world->client.issuer = i == 0 ? "https://issuer.example" : world->client.issuer;
        world->client.bound_to =
            i == 1 ? "other https://app.example.com" : world->client.bound_to;
        assert_int_equal(is_login(world_get(world, callback)), i < 2);
        assert_int_equal(world_fetch_count(world, "/oauth2/token"), i == 2);
    }
}

/* Nobody is sent to a login whose session may be there. */
static void says_when_the_session_cannot_be_read(void **state)
{
    world_t *world = world_make_without_store(*state);
    cog_reply_t *reply = world_get(world, "/.cognito/callback?code=unsolicited");

    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_int_equal(reply->error, COG_E_STORE);
    assert_int_equal(reply->status, 503);
}

static void ends_a_loop_with_a_page(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->drops_cookies = 1;
    reply = world_sign_in(world, "/orders");
    assert_true(is_login(reply));
    reply = world_get(world, world_callback(world, reply));
    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_int_equal(reply->status, 400);
    assert_int_equal(reply->error, COG_E_LOGIN_LOOP);
    assert_non_null(strstr(reply->page.action, "cookies"));
}

static void says_when_the_host_is_another(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->drops_cookies = 1;
    world->host = "www.example.com";
    reply = world_sign_in(world, "/orders");
    reply = world_get(world, world_callback(world, reply));
    assert_int_equal(reply->error, COG_E_LOGIN_LOOP);
    assert_non_null(strstr(reply->page.cause, "address"));
    assert_true(world_has_logged(world, "CognitoBaseURL"));
}

static void shows_the_user_pools_refusal(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *login = world_get(world, "/");
    cog_reply_t *reply = world_get(
        world, error_callback(world, login,
                              "error=access_denied&error_description=%3Cscript%3E%0A"));

    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_int_equal(reply->error, COG_E_LOGIN_REFUSED);
    assert_null(strstr(reply->page.cause, "script"));
    assert_true(strlen(reply->page.incident) >= 8);
    assert_true(world_has_logged(world, reply->page.incident));
    assert_false(world_is_granted(world));
    /* the state is consumed: the same error again is no refusal of a login */
    reply = world_get(world, error_callback(world, login, "error=access_denied"));
    assert_int_equal(reply->error, COG_E_STATE_MISMATCH);
}

static void repeats_once_what_is_known_to_succeed_then(void **state)
{
    static const char again[] = "error_description=Already+found+an+entry+for+username+"
                                "Google_1083&error=invalid_request";
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/orders");

    reply = world_get(world, error_callback(world, reply, again));
    assert_true(is_login(reply));
    reply = world_get(world, error_callback(world, reply, again));
    assert_int_equal(reply->error, COG_E_LOGIN_REFUSED);
}

static void starts_anew_once_when_the_code_is_too_old(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->token_status = 400;
    world->token_body = "{\"error\":\"invalid_grant\"}";
    reply = world_sign_in(world, "/orders");
    assert_true(is_login(reply));
    reply = world_get(world, world_callback(world, reply));
    assert_int_equal(reply->error, COG_E_IDP_GRANT);
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 2);
}

static const struct {
    const char *name;
    const char *query; /* after a valid state and & */
} malformed[] = {
    {"A01 code twice",         "code=a&code=b"                         },
    {"A01 state twice",        "code=a&state=b"                        },
    {"A01 code and error",     "code=a&error=b"                        },
    {"A01 code[]",             "code%5B%5D=a"                          },
    {"A02 NUL",                "code=a&foo=%00"                        },
    {"broken percent",         "code=a&foo=%2"                         },
    {"no code",                "foo=bar"                               },
    {"empty code",             "code="                                 },
    {"I01 foreign iss",        "code=a&iss=https%3A%2F%2Fevil.example" },
    {"I01 empty iss",          "code=a&iss="                           },
    {"I03 foreign iss, error", "error=a&iss=https%3A%2F%2Fevil.example"},
};

static void refuses_malformed_callbacks(void **state)
{
    for (size_t i = 0; i < COUNT(malformed); ++i) {
        world_t *world = world_make(*state);
        cog_reply_t *login = world_get(world, "/");
        cog_reply_t *reply =
            world_get(world, error_callback(world, login, malformed[i].query));

        assert_result(malformed[i].name, reply->error, COG_E_BAD_CALLBACK);
        assert_int_equal(reply->status, 400);
        assert_int_equal(world_fetch_count(world, "/oauth2/token"), 0);
    }
}

/* RFC 9207, 2.4: an issuer in an answer must be ours, whether metadata promise one or, as
 * with endpoints that are written down, nobody has asked for metadata. I01 */
static void compares_an_iss_without_discovery(void **state)
{
    static const struct {
        const char *iss;
        cog_err_t expected;
    } cases[] = {
        {NULL,                   COG_OK            },
        {WORLD_ISSUER,           COG_OK            },
        {WORLD_ISSUER "/",       COG_E_BAD_CALLBACK},
        {WORLD_ISSUER "2",       COG_E_BAD_CALLBACK},
        {WORLD_DOMAIN,           COG_E_BAD_CALLBACK},
        {"https://evil.example", COG_E_BAD_CALLBACK},
        {"",                     COG_E_BAD_CALLBACK},
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        world_t *world = world_make(*state);
        const char *callback = world_callback(world, world_get(world, "/x"));
        cog_reply_t *reply;

        if (cases[i].iss) {
            callback = apr_pstrcat(*state, callback, "&iss=", cases[i].iss, NULL);
        }
        reply = world_get(world, callback);
        assert_result(cases[i].iss, reply->error, cases[i].expected);
        assert_int_equal(world_fetch_count(world, "/oauth2/token"),
                         cases[i].expected == COG_OK);
        assert_int_equal(world_fetch_count(world, "/.well-known/openid-configuration"),
                         0);
    }
}

static void takes_unknown_parameters_and_our_own_iss(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *login = world_get(world, "/x");
    const char *query = "code=a&session_state=b&iss=https%3A%2F%2Fcognito-idp.eu-west-1."
                        "amazonaws.com%2Feu-west-1_Test";

    assert_string_equal(world_get(world, error_callback(world, login, query))->location,
                        WORLD_ORIGIN "/x");
}

static void takes_only_get(void **state)
{
    static const char *const methods[] = {"HEAD", "POST", "PUT", "OPTIONS", "get"};
    world_t *world = world_make(*state);
    const char *callback = world_callback(world, world_get(world, "/x"));

    for (size_t i = 0; i < COUNT(methods); ++i) {
        cog_reply_t *reply = world_request(world, methods[i], callback);

        assert_int_equal(reply->status, 405);
        assert_string_equal(reply->allow, "GET");
    }
    /* nothing was consumed */
    assert_string_equal(world_get(world, callback)->location, WORLD_ORIGIN "/x");
}

static void is_an_exact_path(void **state)
{
    static const char *const others[] = {"/.cognito/callback/",
                                         "//.cognito/callback",
                                         "/.cognito/callback/x",
                                         "/.COGNITO/callback",
                                         "/.cognito/callback;x",
                                         "/.cognito/callback%2f",
                                         "/.cognito//callback",
                                         "/.cognito",
                                         "/.cognito/"};
    world_t *world = world_make(*state);

    for (size_t i = 0; i < COUNT(others); ++i) {
        assert_false(cog_flow_is_own_url(&world->conf, others[i]));
    }
    assert_true(cog_flow_is_own_url(&world->conf, "/.cognito/callback"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(heals_without_state),
        cmocka_unit_test_with_pool(heals_a_repeated_callback),
        cmocka_unit_test_with_pool(heals_a_late_callback),
        cmocka_unit_test_with_pool(heals_a_callback_of_a_client_that_is_gone),
        cmocka_unit_test_with_pool(heals_without_a_default_client),
        cmocka_unit_test_with_pool(redeems_nothing_for_another_browser),
        cmocka_unit_test_with_pool(takes_no_answer_at_another_callback),
        cmocka_unit_test_with_pool(takes_no_code_of_another_pool),
        cmocka_unit_test_with_pool(takes_no_code_to_another_pool),
        cmocka_unit_test_with_pool(says_when_the_session_cannot_be_read),
        cmocka_unit_test_with_pool(ends_a_loop_with_a_page),
        cmocka_unit_test_with_pool(says_when_the_host_is_another),
        cmocka_unit_test_with_pool(shows_the_user_pools_refusal),
        cmocka_unit_test_with_pool(repeats_once_what_is_known_to_succeed_then),
        cmocka_unit_test_with_pool(starts_anew_once_when_the_code_is_too_old),
        cmocka_unit_test_with_pool(refuses_malformed_callbacks),
        cmocka_unit_test_with_pool(compares_an_iss_without_discovery),
        cmocka_unit_test_with_pool(takes_unknown_parameters_and_our_own_iss),
        cmocka_unit_test_with_pool(takes_only_get),
        cmocka_unit_test_with_pool(is_an_exact_path),
    };

    return cmocka_run_group_tests_name("flow/callback", tests, NULL, NULL);
}
