/* A login on its way to the hosted UI and back to where it began. */
#include "test/flow/world.h"

#include <apr_strings.h>

#include "base/text.h"

static void sends_a_navigation_to_the_hosted_ui(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/orders?page=2");
    const char *url = reply->location;

    assert_int_equal(reply->kind, COG_REPLY_REDIRECT);
    assert_int_equal(reply->status, 302);
    assert_true(cog_text_begins(url, WORLD_DOMAIN "/oauth2/authorize?"));
    assert_string_equal(world_param(world, url, "response_type"), "code");
    assert_string_equal(world_param(world, url, "client_id"), WORLD_CLIENT);
    assert_string_equal(world_param(world, url, "redirect_uri"),
                        WORLD_ORIGIN "/.cognito/callback");
    assert_string_equal(world_param(world, url, "scope"), "openid email profile");
    assert_string_equal(world_param(world, url, "code_challenge_method"), "S256");
    assert_int_equal(strlen(world_param(world, url, "code_challenge")), 43);
    assert_int_equal(strlen(world_param(world, url, "nonce")), 22);
    assert_null(strstr(url, "orders"));
    assert_int_equal(apr_table_elts(world->cookies)->nelts, 1);
}

static void comes_back_to_where_it_began(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_sign_in(world, "/orders?page=2&x=%2F");

    assert_int_equal(reply->kind, COG_REPLY_REDIRECT);
    assert_int_equal(reply->status, 303);
    assert_string_equal(reply->location, WORLD_ORIGIN "/orders?page=2&x=%2F");
    reply = world_get(world, "/orders?page=2&x=%2F");
    assert_int_equal(reply->kind, COG_REPLY_GRANT);
    assert_string_equal(reply->session->subject, "sub-1");
    assert_int_equal(reply->cookies->nelts, 0);
}

static void stays_under_the_name_by_which_it_was_reached(void **state)
{
    static const struct {
        const char *host;
        const char *origin;
    } cases[] = {
        {"app.example.com",           "https://app.example.com"},
        {"www.example.com",           "https://www.example.com"},
        {"WWW.Example.com",           "https://www.example.com"},
        {"www.example.com:443",       "https://www.example.com"},
        {"www.example.com:80",        "https://app.example.com"},
        {"www.example.com.evil.test", "https://app.example.com"},
        {"www.example.co",            "https://app.example.com"},
        {"www .example.com",          "https://app.example.com"},
        {"",                          "https://app.example.com"},
        {NULL,                        "https://app.example.com"},
    };
    apr_array_header_t *origins = apr_array_make(*state, 2, sizeof(const char *));

    APR_ARRAY_PUSH(origins, const char *) = WORLD_ORIGIN;
    APR_ARRAY_PUSH(origins, const char *) = "https://www.example.com";
    for (size_t i = 0; i < COUNT(cases); ++i) {
        world_t *world = world_make(*state);
        const char *url;

        world->conf.origins = origins;
        world->host = cases[i].host;
        url = world_get(world, "/")->location;
        assert_string_equal(
            world_param(world, url, "redirect_uri"),
            apr_pstrcat(*state, cases[i].origin, "/.cognito/callback", NULL));
    }
}

static void is_never_the_same_twice(void **state)
{
    world_t *world = world_make(*state);
    const char *first = world_get(world, "/")->location;
    const char *second = world_get(world, "/")->location;
    static const char *const names[] = {"state", "nonce", "code_challenge"};

    for (size_t i = 0; i < COUNT(names); ++i) {
        assert_string_not_equal(world_param(world, first, names[i]),
                                world_param(world, second, names[i]));
    }
}

static void keeps_at_most_eight_logins_and_drops_the_oldest(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *first = world_get(world, "/first");
    cog_reply_t *last;

    for (int i = 0; i < 20; ++i) {
        world->now += 1;
        last = world_get(world, "/later");
        assert_in_range(apr_table_elts(world->cookies)->nelts, 1, COG_LOGIN_MAX);
    }
    assert_string_equal(world_get(world, world_callback(world, last))->location,
                        WORLD_ORIGIN "/later");
    /* the first one's cookie is gone, but not its way back */
    assert_string_equal(world_get(world, world_callback(world, first))->location,
                        WORLD_ORIGIN "/first");
}

static void does_parallel_logins_in_any_order(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *one = world_get(world, "/one");
    cog_reply_t *two = world_get(world, "/two");
    const char *nonce_of_two = world->nonce;

    world->nonce = world_param(world, one->location, "nonce");
    assert_string_equal(world_get(world, world_callback(world, one))->location,
                        WORLD_ORIGIN "/one");
    world->nonce = nonce_of_two;
    assert_string_equal(world_get(world, world_callback(world, two))->location,
                        WORLD_ORIGIN "/two");
}

static void answers_scripts_with_the_address_of_the_login(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;
    json_t *body;

    world_header(world, "Sec-Fetch-Mode", "cors");
    world_header(world, "Sec-Fetch-Dest", "empty");
    world_header(world, "Referer", WORLD_ORIGIN "/orders?page=2");
    reply = world_get(world, "/api/orders");
    assert_int_equal(reply->kind, COG_REPLY_JSON);
    assert_int_equal(reply->status, 401);
    assert_int_equal(reply->cookies->nelts, 0);
    body = json_loads(reply->json, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(body, "error")),
                        "unauthenticated");
    assert_string_equal(json_string_value(json_object_get(body, "login_url")),
                        WORLD_ORIGIN "/.cognito/login?return_to=%2Forders%3Fpage%3D2");
    json_decref(body);
}

static void takes_a_login_by_hand(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_sign_in(world, "/.cognito/login?return_to=%2Fpublic%2Fa");

    assert_string_equal(reply->location, WORLD_ORIGIN "/public/a");
    reply = world_get(world, "/.cognito/login?return_to=%2Fpublic%2Fb");
    assert_string_equal(reply->location, WORLD_ORIGIN "/public/b");
}

static void leads_to_no_other_site(void **state)
{
    static const char *const evil[] = {"https://evil.example/",
                                       "//evil.example",
                                       "/\\evil.example",
                                       "/%2fevil.example",
                                       "/%5cevil.example",
                                       "/%09/evil",
                                       "javascript:x",
                                       "/.cognito/logout",
                                       "/a%0d%0ab",
                                       "evil",
                                       ""};
    world_t *world = world_make(*state);

    for (size_t i = 0; i < COUNT(evil); ++i) {
        apr_array_header_t *params = cog_query_make(world->pool);
        cog_reply_t *reply;

        cog_query_add(params, "return_to", evil[i]);
        apr_table_clear(world->cookies);
        reply = world_sign_in(world,
                              cog_query_append(world->pool, "/.cognito/login", params));
        assert_string_equal(reply->location, WORLD_ORIGIN "/");
    }
}

static void tells_when_the_place_has_no_client(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/public/page");

    assert_int_equal(reply->status, 500);
    assert_int_equal(reply->error, COG_E_MISCONFIGURED);
    assert_true(world_has_logged(world, "CognitoClientID"));
}

static void shortens_a_very_long_way_back(void **state)
{
    world_t *world = world_make(*state);
    char *target = apr_pcalloc(world->pool, 1600);

    memset(target, 'a', 1500);
    memcpy(target, "/page?q=", 8);
    assert_string_equal(world_sign_in(world, target)->location, WORLD_ORIGIN "/page");
}

static void forgets_a_way_back_whose_path_is_too_long(void **state)
{
    world_t *world = world_make(*state);
    char *target = apr_pcalloc(world->pool, COG_LOGIN_MAX_RETURN + 2);

    memset(target, 'a', COG_LOGIN_MAX_RETURN);
    target[0] = '/';
    assert_string_equal(world_sign_in(world, target)->location,
                        apr_pstrcat(world->pool, WORLD_ORIGIN, target, NULL));
    world = world_make(*state);
    target[COG_LOGIN_MAX_RETURN] = 'a';
    assert_string_equal(world_sign_in(world, target)->location, WORLD_ORIGIN "/");
}

static void repeats_a_login_without_prompt_none_only(void **state)
{
    static const char *const prompts[] = {"none", "login"};

    for (size_t i = 0; i < COUNT(prompts); ++i) {
        world_t *world = world_make(*state);
        apr_array_header_t *params = world_place_params(world);
        const char *again;

        cog_query_add(params, "prompt", prompts[i]);
        cog_query_add(params, "lang", "de");
        again = world_get(world, "/.cognito/callback?code=x")->location;
        assert_string_equal(world_param(world, again, "lang"), "de");
        assert_int_equal(world_param(world, again, "prompt") != NULL, i == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(sends_a_navigation_to_the_hosted_ui),
        cmocka_unit_test_with_pool(comes_back_to_where_it_began),
        cmocka_unit_test_with_pool(stays_under_the_name_by_which_it_was_reached),
        cmocka_unit_test_with_pool(is_never_the_same_twice),
        cmocka_unit_test_with_pool(keeps_at_most_eight_logins_and_drops_the_oldest),
        cmocka_unit_test_with_pool(does_parallel_logins_in_any_order),
        cmocka_unit_test_with_pool(answers_scripts_with_the_address_of_the_login),
        cmocka_unit_test_with_pool(takes_a_login_by_hand),
        cmocka_unit_test_with_pool(leads_to_no_other_site),
        cmocka_unit_test_with_pool(tells_when_the_place_has_no_client),
        cmocka_unit_test_with_pool(shortens_a_very_long_way_back),
        cmocka_unit_test_with_pool(forgets_a_way_back_whose_path_is_too_long),
        cmocka_unit_test_with_pool(repeats_a_login_without_prompt_none_only),
    };

    return cmocka_run_group_tests_name("flow/login/login", tests, NULL, NULL);
}
