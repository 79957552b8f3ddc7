/* What a page's script hears of the session, and what its asking does not do. */
#include "test/flow/world.h"

#include <apr_strings.h>

#include "base/json.h"

#define URL "/.cognito/session"

static json_t *parsed(world_t *world, const cog_reply_t *reply)
{
    json_t *object;

    assert_int_equal(reply->kind, COG_REPLY_JSON);
    assert_int_equal(reply->cookies->nelts, 0);
    assert_int_equal(
        cog_json_parse(world->pool, cog_span_of(reply->json), 65536, &object), COG_OK);
    return object;
}

static json_t *ask(world_t *world)
{
    cog_reply_t *reply = world_get(world, URL);

    assert_int_equal(reply->status, 200);
    return parsed(world, reply);
}

static int64_t number(json_t *object, const char *name)
{
    assert_true(json_is_integer(json_object_get(object, name)));
    return json_integer_value(json_object_get(object, name));
}

static void says_who_is_there_and_for_how_long(void **state)
{
    world_t *world = world_make(*state);
    json_t *object, *claims, *groups;

    world->claims = ",'email':'a@b.c','email_verified':true,'custom:n':5,"
                    "'cognito:groups':['a,b','staff']";
    world_sign_in(world, "/");
    world->now += 60;
    object = ask(world);
    claims = json_object_get(object, "claims");
    groups = json_object_get(object, "groups");
    assert_string_equal(cog_json_string(claims, "sub"), "sub-1");
    assert_string_equal(cog_json_string(claims, "email"), "a@b.c");
    assert_true(json_is_true(json_object_get(claims, "email_verified")));
    assert_int_equal(number(claims, "custom:n"), 5);
    assert_null(json_object_get(claims, "nonce"));
    assert_int_equal(json_array_size(groups), 2);
    assert_string_equal(json_string_value(json_array_get(groups, 0)), "a,b");
    assert_int_equal(number(object, "now"), WORLD_NOW + 60);
    assert_int_equal(number(object, "idle_until"), WORLD_NOW + 3600);
    assert_int_equal(number(object, "valid_until"), WORLD_NOW + 12 * 3600);
    assert_in_range(number(object, "renew_at"), WORLD_NOW, WORLD_NOW + 3600);
    assert_string_equal(cog_json_string(object, "logout_url"),
                        WORLD_ORIGIN "/.cognito/logout");
}

static void never_shows_a_token(void **state)
{
    world_t *world = world_make(*state);

    world->conf.keeps_id_token = 1;
    world->conf.keeps_access_token = 1;
    world_sign_in(world, "/");
    assert_null(strstr(world_get(world, URL)->json, "eyJ"));
    assert_null(strstr(world_get(world, URL)->json, world->refresh_token));
}

static void says_what_the_place_exports(void **state)
{
    world_t *world = world_make(*state);
    apr_array_header_t *patterns = apr_array_make(*state, 1, sizeof(const char *));
    json_t *object;

    APR_ARRAY_PUSH(patterns, const char *) = "email";
    world->claims = ",'email':'a@b.c','cognito:groups':['staff']";
    world_sign_in(world, "/");
    world->place.claims = patterns;
    object = ask(world);
    assert_int_equal(json_object_size(json_object_get(object, "claims")), 1);
    assert_int_equal(json_array_size(json_object_get(object, "groups")), 0);
}

/* S04: who polls is not there. */
static void does_not_lengthen_the_session(void **state)
{
    world_t *world = world_make(*state);
    const char *before;

    world_sign_in(world, "/");
    before = apr_table_get(world->cookies, WORLD_SESSION);
    for (int minute = 0; minute < 59; ++minute) {
        world->now += 60;
        assert_int_equal(number(ask(world), "idle_until"), WORLD_NOW + 3600);
    }
    assert_ptr_equal(apr_table_get(world->cookies, WORLD_SESSION), before);
    assert_int_equal(world->renewals, 0);
    world->now += 60;
    assert_int_equal(world_get(world, URL)->status, 401);
    assert_int_equal(world_get(world, "/")->kind, COG_REPLY_REDIRECT);
}

static void live_idle_for_long(world_t *world)
{
    world->place.limits.idle_sec = 12 * 3600;
    world->conf.longest.idle_sec = 12 * 3600;
}

static void does_not_renew_the_session(void **state)
{
    world_t *world = world_make(*state);

    live_idle_for_long(world);
    world_sign_in(world, "/");
    world->now += 4000;
    assert_int_equal(world_get(world, URL)->status, 200);
    assert_int_equal(world->renewals, 0);
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 1);
}

static void ends_with_claims_that_cannot_be_renewed(void **state)
{
    world_t *world = world_make(*state);

    live_idle_for_long(world);
    world_sign_in(world, "/");
    apr_table_unset(world->cookies, WORLD_TOKENS);
    world->now += 4000;
    assert_int_equal(world_get(world, URL)->status, 401);
}

static void tells_who_is_signed_out_where_to_sign_in(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;
    json_t *object;

    world_header(world, "Referer", WORLD_ORIGIN "/orders?page=2");
    reply = world_get(world, URL);
    assert_int_equal(reply->status, 401);
    object = parsed(world, reply);
    assert_string_equal(cog_json_string(object, "error"), "unauthenticated");
    assert_string_equal(cog_json_string(object, "login_url"),
                        WORLD_ORIGIN "/.cognito/login?return_to=%2Forders%3Fpage%3D2");
}

static void speaks_of_the_client_of_the_page(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    assert_int_equal(world_get(world, URL)->status, 200);
    assert_int_equal(world_get(world, URL "?return_to=/other/x")->status, 401);
    world_header(world, "Referer", WORLD_ORIGIN "/other/x");
    assert_int_equal(world_get(world, URL)->status, 401);
    world_header(world, "Referer", WORLD_ORIGIN "/public/x");
    assert_int_equal(world_get(world, URL)->status, 200);
}

static void answers_pages_of_this_site_alone(void **state)
{
    static const struct {
        const char *site;
        const char *origin;
        const char *referer;
        int status;
    } cases[] = {
        {"same-origin", NULL,                      NULL,                 200},
        {"none",        NULL,                      NULL,                 200},
        {"cross-site",  NULL,                      NULL,                 403},
        {"same-site",   NULL,                      NULL,                 403},
        {"cross-site",  WORLD_ORIGIN,              WORLD_ORIGIN "/",     403},
        {"",            WORLD_ORIGIN,              NULL,                 200},
        {"",            NULL,                      WORLD_ORIGIN "/page", 200},
        {"",            "https://evil.example",    WORLD_ORIGIN "/page", 403},
        {"",            WORLD_ORIGIN ".evil.test", NULL,                 403},
        {"",            NULL,                      NULL,                 403},
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        world_t *world = world_make(*state);
        cog_reply_t *reply;

        world_sign_in(world, "/");
        world_header(world, "Sec-Fetch-Site", cases[i].site);
        if (cases[i].origin) {
            world_header(world, "Origin", cases[i].origin);
        }
        if (cases[i].referer) {
            world_header(world, "Referer", cases[i].referer);
        }
        reply = world_get(world, URL);
        assert_int_equal(reply->status, cases[i].status);
        assert_false(reply->is_for_all_origins);
    }
}

static void takes_get_and_head(void **state)
{
    static const char *const others[] = {"POST", "PUT", "OPTIONS", "DELETE"};
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    assert_int_equal(world_request(world, "HEAD", URL)->status, 200);
    for (size_t i = 0; i < COUNT(others); ++i) {
        cog_reply_t *reply = world_request(world, others[i], URL);

        assert_int_equal(reply->status, 405);
        assert_string_equal(reply->allow, "GET, HEAD");
    }
}

static void says_when_nobody_can_know(void **state)
{
    world_t *world = world_make_without_store(*state);

    assert_int_equal(world_get(world, URL)->status, 503);
    world->store->is_down = 0;
    assert_int_equal(world_get(world, URL)->status, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(says_who_is_there_and_for_how_long),
        cmocka_unit_test_with_pool(never_shows_a_token),
        cmocka_unit_test_with_pool(says_what_the_place_exports),
        cmocka_unit_test_with_pool(does_not_lengthen_the_session),
        cmocka_unit_test_with_pool(does_not_renew_the_session),
        cmocka_unit_test_with_pool(ends_with_claims_that_cannot_be_renewed),
        cmocka_unit_test_with_pool(tells_who_is_signed_out_where_to_sign_in),
        cmocka_unit_test_with_pool(speaks_of_the_client_of_the_page),
        cmocka_unit_test_with_pool(answers_pages_of_this_site_alone),
        cmocka_unit_test_with_pool(takes_get_and_head),
        cmocka_unit_test_with_pool(says_when_nobody_can_know),
    };

    return cmocka_run_group_tests_name("flow/session_info", tests, NULL, NULL);
}
