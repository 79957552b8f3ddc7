/* What flows tell the meter. */
#include "test/flow/world.h"

static unsigned refusals(const world_t *world, cog_err_t err)
{
    return world->events[COG_EVENT_REFUSED + (int)err];
}

static void follows_a_login(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/app");

    assert_int_equal(world->events[COG_EVENT_LOGIN_BEGUN], 1);
    assert_int_equal(refusals(world, COG_E_NO_SESSION), 1);
    world_get(world, world_callback(world, reply));
    assert_int_equal(world->events[COG_EVENT_CALLBACK], 1);
    assert_int_equal(world->events[COG_EVENT_LOGIN_RETURNED], 1);
    assert_int_equal(world->events[COG_EVENT_SESSION_STARTED], 1);
    assert_int_equal(world->call_results[COG_CALL_TOKEN][COG_CALL_ANSWERED], 1);
    assert_int_equal(world->call_results[COG_CALL_JWKS][COG_CALL_ANSWERED], 1);
    world_get(world, "/app");
    assert_int_equal(world->events[COG_EVENT_SESSION_ACCEPTED], 1);
    assert_int_equal(world->events[COG_EVENT_PROBLEM], 0);
}

static void tells_what_ends_a_session(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/app");
    world_header(world, "Sec-Fetch-Site", "same-origin");
    world_finish(world_get(world, "/.cognito/logout"));
    assert_int_equal(world->events[COG_EVENT_ENDED_BY_LOGOUT], 1);
    assert_int_equal(world->call_results[COG_CALL_REVOKE][COG_CALL_ANSWERED], 1);
}

static void tells_a_problem_with_its_incident(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->token_status = 500;
    world->token_body = "{}";
    reply = world_sign_in(world, "/app");
    assert_int_equal(world->events[COG_EVENT_PROBLEM], 1);
    assert_int_equal(refusals(world, COG_E_IDP_BUSY), 1);
    assert_int_equal(world->call_results[COG_CALL_TOKEN][COG_CALL_FAILED], 1);
    assert_result("problem", world->problem.err, COG_E_IDP_BUSY);
    assert_string_equal(world->problem.incident, reply->page.incident);
    assert_string_equal(world->problem.site, WORLD_ORIGIN);
    assert_non_null(strstr(world->problem.remedy, "throttles"));
}

/* That the user pool does not take a code is no fault of the user pool. */
static void tells_a_refused_call_from_a_failed_one(void **state)
{
    world_t *world = world_make(*state);

    world->token_status = 400;
    world->token_body = "{\"error\":\"invalid_grant\"}";
    world_sign_in(world, "/app");
    assert_int_equal(world->call_results[COG_CALL_TOKEN][COG_CALL_REFUSED], 1);
    assert_int_equal(world->call_results[COG_CALL_TOKEN][COG_CALL_FAILED], 0);
}

/* Everybody comes without a session at first. */
static void takes_a_missing_session_for_no_problem(void **state)
{
    world_t *world = world_make(*state);

    world_header(world, "Sec-Fetch-Mode", "cors");
    assert_int_equal(world_get(world, "/app")->status, 401);
    assert_int_equal(refusals(world, COG_E_NO_SESSION), 1);
    assert_int_equal(world->events[COG_EVENT_PROBLEM], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(follows_a_login),
        cmocka_unit_test_with_pool(tells_what_ends_a_session),
        cmocka_unit_test_with_pool(tells_a_problem_with_its_incident),
        cmocka_unit_test_with_pool(tells_a_refused_call_from_a_failed_one),
        cmocka_unit_test_with_pool(takes_a_missing_session_for_no_problem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
