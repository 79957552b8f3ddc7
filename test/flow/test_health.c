/* What a load balancer is told. */
#include "test/flow/world.h"

#include <apr_strings.h>

static int status_of(world_t *world, const char *query)
{
    return world_get(world, apr_pstrcat(world->pool, "/.cognito/health", query, NULL))
        ->status;
}

static void says_that_it_lives_without_asking_anybody(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/.cognito/health");

    assert_int_equal(reply->status, 200);
    assert_string_equal(reply->json, "{\"status\":\"ok\"}");
    assert_int_equal(world->fetched->nelts, 0);
    world->is_unreachable = 1;
    world->store->is_down = 1;
    assert_int_equal(status_of(world, "?depth=process"), 200);
}

static void wants_the_keys_of_each_pool(void **state)
{
    world_t *world = world_make(*state);

    assert_int_equal(status_of(world, "?depth=keys"), 200);
    assert_int_equal(world_fetch_count(world, "jwks"), 1);
    world->is_unreachable = 1;
    assert_int_equal(status_of(world, "?depth=keys"), 200);
}

static void is_not_fit_without_keys(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->is_unreachable = 1;
    reply = world_get(world, "/.cognito/health?depth=keys");
    assert_int_equal(reply->status, 503);
    assert_string_equal(reply->json, "{\"status\":\"unavailable\"}");
    assert_int_equal(status_of(world, "?depth=store"), 503);
    assert_int_equal(world->events[COG_EVENT_PROBLEM], 0);
}

static void is_not_fit_without_its_store(void **state)
{
    world_t *world = world_make(*state);

    assert_int_equal(status_of(world, "?depth=store"), 200);
    world->store->is_down = 1;
    assert_int_equal(status_of(world, "?depth=store"), 503);
    assert_int_equal(status_of(world, "?depth=keys"), 200);
}

static void takes_no_other_question(void **state)
{
    world_t *world = world_make(*state);

    assert_int_equal(status_of(world, "?depth=all"), 400);
    assert_int_equal(status_of(world, "?depth="), 400);
    assert_int_equal(status_of(world, "?depth=keys&depth=store"), 400);
    assert_int_equal(world_request(world, "HEAD", "/.cognito/health")->status, 200);
    assert_int_equal(world_request(world, "POST", "/.cognito/health")->status, 405);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(says_that_it_lives_without_asking_anybody),
        cmocka_unit_test_with_pool(wants_the_keys_of_each_pool),
        cmocka_unit_test_with_pool(is_not_fit_without_keys),
        cmocka_unit_test_with_pool(is_not_fit_without_its_store),
        cmocka_unit_test_with_pool(takes_no_other_question),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
