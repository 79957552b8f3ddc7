/* From a 401 to a token: what clients are told that know only a URL. */
#include "test/flow/world.h"

#include <apr_strings.h>

#include "flow/bearer/metadata.h"

#define RESOURCE "/.well-known/oauth-protected-resource"
#define SERVER   "/.well-known/oauth-authorization-server"

static const apr_array_header_t *list_of(apr_pool_t *pool, const char *a, const char *b)
{
    apr_array_header_t *list = apr_array_make(pool, 2, sizeof(const char *));

    APR_ARRAY_PUSH(list, const char *) = a;
    APR_ARRAY_PUSH(list, const char *) = b;
    return list;
}

static world_t *world_with_resources(apr_pool_t *pool)
{
    world_t *world = world_make(pool);

    world->conf.resources =
        list_of(pool, WORLD_ORIGIN "/mcp/", WORLD_ORIGIN "/other/api");
    return world;
}

static json_t *body_of(world_t *world, const char *target)
{
    const cog_reply_t *reply = world_get(world, target);

    assert_int_equal(reply->kind, COG_REPLY_JSON);
    assert_int_equal(reply->status, 200);
    assert_true(reply->is_for_all_origins);
    return json_loads(reply->json, 0, NULL);
}

static const char *first_server(json_t *object)
{
    return json_string_value(
        json_array_get(json_object_get(object, "authorization_servers"), 0));
}

static void tells_who_gives_tokens_for_a_place(void **state)
{
    world_t *world = world_with_resources(*state);
    json_t *body = body_of(world, RESOURCE "/mcp");

    assert_string_equal(json_string_value(json_object_get(body, "resource")),
                        WORLD_ORIGIN "/mcp/");
    assert_string_equal(first_server(body), WORLD_ORIGIN);
    json_decref(body);
    body = body_of(world, RESOURCE "/other/api");
    assert_string_equal(first_server(body), WORLD_ORIGIN "/.cognito/other");
    json_decref(body);
}

static void says_what_user_pools_do_not(void **state)
{
    world_t *world = world_with_resources(*state);
    json_t *body = body_of(world, SERVER);
    json_t *methods = json_object_get(body, "code_challenge_methods_supported");

    assert_string_equal(json_string_value(json_array_get(methods, 0)), "S256");
    assert_string_equal(json_string_value(json_object_get(body, "issuer")), WORLD_ORIGIN);
    assert_string_equal(json_string_value(json_object_get(body, "token_endpoint")),
                        WORLD_DOMAIN "/oauth2/token");
    json_decref(body);
    body = body_of(world, SERVER "/.cognito/other");
    assert_string_equal(json_string_value(json_object_get(body, "issuer")),
                        WORLD_ORIGIN "/.cognito/other");
    json_decref(body);
}

static void owns_no_other_url(void **state)
{
    static const char *const others[] = {
        RESOURCE,
        RESOURCE "/",
        RESOURCE "/mc",
        RESOURCE "/mcp/",
        RESOURCE "/mcp/x",
        RESOURCE "mcp",
        SERVER "/",
        SERVER "/mcp",
        SERVER "/.cognito",
        SERVER "/.cognito/",
        SERVER "/.cognito/x",
        SERVER "x",
        "/.well-known",
        "/",
    };
    world_t *world = world_with_resources(*state);

    for (size_t i = 0; i < COUNT(others); ++i) {
        if (cog_flow_is_own_url(&world->conf, others[i])) {
            fail_msg("taken: %s", others[i]);
        }
    }
    world = world_make(*state);
    assert_false(cog_flow_is_own_url(&world->conf, RESOURCE "/mcp"));
    assert_false(cog_flow_is_own_url(&world->conf, SERVER));
}

static void only_tells(void **state)
{
    world_t *world = world_with_resources(*state);
    static const char *const methods[] = {"POST", "PUT", "DELETE"};

    for (size_t i = 0; i < COUNT(methods); ++i) {
        const cog_reply_t *reply = world_request(world, methods[i], RESOURCE "/mcp");

        assert_int_equal(reply->status, 405);
        assert_string_equal(reply->allow, "GET, HEAD, OPTIONS");
        assert_int_equal(world_request(world, methods[i], SERVER)->status, 405);
    }
    assert_int_equal(world_request(world, "OPTIONS", SERVER)->status, 200);
}

static const char *const urls[][2] = {
    {"https://a.example",        "https://a.example" RESOURCE          },
    {"https://a.example/",       "https://a.example" RESOURCE          },
    {"https://a.example:8443/x", "https://a.example:8443" RESOURCE "/x"},
    {"https://a.example/x/y/",   "https://a.example" RESOURCE "/x/y"   },
};

static void puts_the_path_behind_the_well_known_one(void **state)
{
    for (size_t i = 0; i < COUNT(urls); ++i) {
        assert_string_equal(cog_metadata_url(*state, urls[i][0]), urls[i][1]);
    }
}

static void is_named_in_a_401(void **state)
{
    world_t *world = world_with_resources(*state);

    world->place.accepts = COG_ACCEPT_BEARER;
    world->place.bearer.resource = WORLD_ORIGIN "/mcp/";
    assert_string_equal(
        world_get(world, "/mcp")->challenge,
        "Bearer realm=\"Cognito\", resource_metadata=\"" WORLD_ORIGIN RESOURCE "/mcp\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(tells_who_gives_tokens_for_a_place),
        cmocka_unit_test_with_pool(says_what_user_pools_do_not),
        cmocka_unit_test_with_pool(owns_no_other_url),
        cmocka_unit_test_with_pool(only_tells),
        cmocka_unit_test_with_pool(puts_the_path_behind_the_well_known_one),
        cmocka_unit_test_with_pool(is_named_in_a_401),
    };

    return cmocka_run_group_tests_name("flow/metadata", tests, NULL, NULL);
}
