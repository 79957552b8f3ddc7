/* Where a link begins a login: which of its words count, and what they ask the user pool
 * for. */
#include "test/flow/world.h"

#include <apr_strings.h>

#include "base/text.h"

/* The place asks for a provider, a prompt and a language of its own. */
static void give_params(world_t *world)
{
    apr_array_header_t *params = world_place_params(world);

    cog_query_add(params, "identity_provider", "EntraID");
    cog_query_add(params, "prompt", "select_account");
    cog_query_add(params, "lang", "de");
}

static const char *begin(world_t *world, const char *query)
{
    return world_get(world, apr_pstrcat(world->pool, "/.cognito/login?", query, NULL))
        ->location;
}

static void begins_at_the_screen_of_the_link(void **state)
{
    static const struct {
        const char *screen;
        const char *path;
    } cases[] = {
        {"signup", WORLD_DOMAIN "/signup?"        },
        {"forgot", WORLD_DOMAIN "/forgotPassword?"},
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        world_t *world = world_make(*state);
        cog_reply_t *reply =
            world_get(world, apr_pstrcat(*state, "/.cognito/login?return_to=%2Fa&screen=",
                                         cases[i].screen, NULL));

        assert_int_equal(reply->status, 302);
        assert_true(cog_text_begins(reply->location, cases[i].path));
        assert_int_equal(strlen(world_param(world, reply->location, "nonce")), 22);
        assert_int_equal(strlen(world_param(world, reply->location, "code_challenge")),
                         43);
        reply = world_get(world, world_callback(world, reply));
        assert_string_equal(reply->location, WORLD_ORIGIN "/a");
        assert_int_equal(world_get(world, "/a")->kind, COG_REPLY_GRANT);
    }
}

static void asks_new_users_for_no_provider_and_no_prompt(void **state)
{
    world_t *world = world_make(*state);
    const char *url;

    give_params(world);
    url = begin(world, "screen=signup&provider=Google");
    assert_null(world_param(world, url, "identity_provider"));
    assert_null(world_param(world, url, "prompt"));
    assert_string_equal(world_param(world, url, "lang"), "de");
}

static void leads_to_the_provider_of_the_link(void **state)
{
    world_t *world = world_make(*state);
    const char *url = begin(world, "provider=Entra-ID_1.x");

    assert_true(cog_text_begins(url, WORLD_DOMAIN "/oauth2/authorize?"));
    assert_string_equal(world_param(world, url, "identity_provider"), "Entra-ID_1.x");
}

static void asks_the_same_provider_again(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/.cognito/login?provider=EntraID");

    world->token_status = 400;
    world->token_body = "{\"error\":\"invalid_grant\"}";
    reply = world_get(world, world_callback(world, reply));
    assert_string_equal(world_param(world, reply->location, "identity_provider"),
                        "EntraID");
}

static void keeps_to_the_provider_of_the_place(void **state)
{
    world_t *world = world_make(*state);
    const char *url;

    give_params(world);
    url = begin(world, "provider=Google");
    assert_string_equal(world_param(world, url, "identity_provider"), "EntraID");
    assert_null(strstr(url, "Google"));
    assert_true(world_has_logged(world, "COG3080"));
}

/* What a link asks for that is none of what it may ask for, is no login at all. */
static void refuses_other_words(void **state)
{
    static const char *const queries[] = {
        "screen=",
        "screen=admin",
        "screen=SIGNUP",
        "screen=signup&screen=forgot",
        "provider=",
        "provider=a%20b",
        "provider=a%26prompt%3Dnone",
        "provider=%0d%0aSet-Cookie%3Ax",
        "provider=%3Cscript%3E",
        "provider=%C3%BC",
        "provider=123456789012345678901234567890123",
        "provider=a&provider=b",
    };

    for (size_t i = 0; i < COUNT(queries); ++i) {
        world_t *world = world_make(*state);
        cog_reply_t *reply =
            world_get(world, apr_pstrcat(*state, "/.cognito/login?", queries[i], NULL));

        assert_int_equal(reply->kind, COG_REPLY_PAGE);
        assert_int_equal(reply->status, 400);
        assert_int_equal(reply->cookies->nelts, 0);
    }
}

static void asks_for_a_fresh_sign_in_at_no_other_screen(void **state)
{
    world_t *world = world_make(*state);
    const char *url = begin(world, "screen=signup&max_age=60s");

    assert_true(cog_text_begins(url, WORLD_DOMAIN "/oauth2/authorize?"));
    assert_string_equal(world_param(world, url, "max_age"), "60");
}

/* A link elsewhere can begin a login; it cannot disturb who is signed in. */
static void does_nothing_to_who_is_signed_in(void **state)
{
    static const char *const queries[] = {"screen=signup", "screen=forgot", "provider=X"};
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    for (size_t i = 0; i < COUNT(queries); ++i) {
        cog_reply_t *reply;

        world_header(world, "Sec-Fetch-Site", "cross-site");
        reply =
            world_get(world, apr_pstrcat(*state, "/.cognito/login?", queries[i], NULL));
        assert_string_equal(reply->location, WORLD_ORIGIN "/");
        assert_int_equal(reply->cookies->nelts, 0);
    }
}

/* As a script of the page /page asks for it; where the 401 sends its user. */
static const char *refused(world_t *world, const char *target)
{
    cog_reply_t *reply;
    json_t *body;
    const char *url;

    world_header(world, "Sec-Fetch-Mode", "cors");
    world_header(world, "Sec-Fetch-Dest", "empty");
    world_header(world, "Referer", WORLD_ORIGIN "/page");
    reply = world_get(world, target);
    assert_int_equal(reply->status, 401);
    body = json_loads(reply->json, 0, NULL);
    url = apr_pstrdup(world->pool, json_string_value(json_object_get(body, "login_url")));
    json_decref(body);
    assert_true(cog_text_begins(url, WORLD_ORIGIN));
    return url + strlen(WORLD_ORIGIN);
}

/* Else the page's own session would lead straight back, to the next 401, for ever. */
static void signs_in_for_what_a_script_was_refused(void **state)
{
    world_t *world = world_make(*state);
    const char *url;
    cog_reply_t *reply;

    world_sign_in(world, "/page");
    url = refused(world, "/other/api?x=1");
    assert_string_equal(url, "/.cognito/login?return_to=%2Fpage&for=%2Fother%2Fapi");
    reply = world_get(world, url);
    assert_string_equal(world_param(world, reply->location, "client_id"),
                        world->other_client.client_id);
    reply = world_get(world, world_callback(world, reply));
    assert_string_equal(reply->location, WORLD_ORIGIN "/page");
    assert_int_equal(world_get(world, "/other/api")->kind, COG_REPLY_GRANT);
    assert_int_equal(world_get(world, "/page")->kind, COG_REPLY_GRANT);
}

static void signs_in_for_a_place_whose_sessions_are_shorter(void **state)
{
    world_t *world = world_make(*state);
    const char *url;
    cog_reply_t *reply;

    world->other_place.client = &world->client;
    world->other_place.limits.idle_sec = 300;
    world_sign_in(world, "/page");
    world->now += 600;
    url = refused(world, "/other/api");
    assert_int_equal(world_get(world, "/page")->kind, COG_REPLY_GRANT);
    world->now += 600;
    reply = world_get(world, url);
    assert_true(cog_text_begins(reply->location, WORLD_DOMAIN "/oauth2/authorize?"));
    reply = world_get(world, world_callback(world, reply));
    assert_string_equal(reply->location, WORLD_ORIGIN "/page");
    assert_int_equal(world_get(world, "/other/api")->kind, COG_REPLY_GRANT);
}

static void needs_no_more_than_the_page_where_all_is_alike(void **state)
{
    world_t *world = world_make(*state);

    assert_string_equal(refused(world, "/api"), "/.cognito/login?return_to=%2Fpage");
}

static void is_for_no_place_of_another_site(void **state)
{
    static const char *const words[] = {"https%3A%2F%2Fevil.example%2Fother",
                                        "%2F%2Fevil.example%2Fother", "", "other"};

    for (size_t i = 0; i < COUNT(words); ++i) {
        world_t *world = world_make(*state);
        const char *location =
            begin(world, apr_pstrcat(*state, "return_to=%2Fpage&for=", words[i], NULL));

        assert_string_equal(world_param(world, location, "client_id"), WORLD_CLIENT);
        assert_null(strstr(location, "evil"));
    }
}

static void is_for_navigations(void **state)
{
    world_t *world = world_make(*state);

    assert_int_equal(world_request(world, "POST", "/.cognito/login")->status, 405);
    assert_string_equal(world_request(world, "POST", "/.cognito/login")->allow, "GET");
    world_header(world, "Sec-Fetch-Mode", "cors");
    world_header(world, "Sec-Fetch-Dest", "empty");
    assert_int_equal(world_get(world, "/.cognito/login")->status, 401);
    assert_true(apr_is_empty_table(world->cookies));
}

/* Who may be signed in is not sent to sign in. */
static void says_when_the_session_cannot_be_read(void **state)
{
    world_t *world = world_make_without_store(*state);
    cog_reply_t *reply = world_get(world, "/.cognito/login?return_to=/orders");

    assert_int_equal(reply->error, COG_E_STORE);
    assert_int_equal(reply->status, 503);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(begins_at_the_screen_of_the_link),
        cmocka_unit_test_with_pool(asks_new_users_for_no_provider_and_no_prompt),
        cmocka_unit_test_with_pool(leads_to_the_provider_of_the_link),
        cmocka_unit_test_with_pool(asks_the_same_provider_again),
        cmocka_unit_test_with_pool(keeps_to_the_provider_of_the_place),
        cmocka_unit_test_with_pool(refuses_other_words),
        cmocka_unit_test_with_pool(asks_for_a_fresh_sign_in_at_no_other_screen),
        cmocka_unit_test_with_pool(does_nothing_to_who_is_signed_in),
        cmocka_unit_test_with_pool(signs_in_for_what_a_script_was_refused),
        cmocka_unit_test_with_pool(signs_in_for_a_place_whose_sessions_are_shorter),
        cmocka_unit_test_with_pool(needs_no_more_than_the_page_where_all_is_alike),
        cmocka_unit_test_with_pool(is_for_no_place_of_another_site),
        cmocka_unit_test_with_pool(is_for_navigations),
        cmocka_unit_test_with_pool(says_when_the_session_cannot_be_read),
    };

    return cmocka_run_group_tests_name("flow/login_link", tests, NULL, NULL);
}
