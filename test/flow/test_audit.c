/* What flows leave for the audit. */
#include "test/flow/world.h"

static const cog_audit_t *last(const world_t *world)
{
    assert_true(world->audits->nelts > 0);
    return &APR_ARRAY_IDX(world->audits, world->audits->nelts - 1, const cog_audit_t);
}

static void tells_of_a_login_and_its_logout(void **state)
{
    world_t *world = world_make(*state);
    const char *session;

    world->claims = ",'event_id':'event-1','origin_jti':'origin-1'";
    world_sign_in(world, "/app");
    assert_int_equal(world->audits->nelts, 1);
    assert_string_equal(last(world)->event, "login");
    assert_string_equal(last(world)->subject, "sub-1");
    assert_string_equal(last(world)->client, WORLD_CLIENT);
    assert_string_equal(last(world)->provider, "COGNITO");
    assert_string_equal(last(world)->event_id, "event-1");
    assert_string_equal(last(world)->origin_jti, "origin-1");
    assert_null(last(world)->cause);
    session = last(world)->session;

    world_header(world, "Sec-Fetch-Site", "same-origin");
    world_get(world, "/.cognito/logout");
    assert_int_equal(world->audits->nelts, 2);
    assert_string_equal(last(world)->event, "logout");
    assert_string_equal(last(world)->cause, "logout");
    assert_string_equal(last(world)->session, session);
    assert_string_equal(last(world)->subject, "sub-1");
}

static void names_the_identity_provider(void **state)
{
    world_t *world = world_make(*state);

    world->claims =
        ",'identities':[{'providerName':'EntraID','userId':'u','primary':true}]";
    world_sign_in(world, "/app");
    assert_string_equal(last(world)->provider, "EntraID");
}

static void tells_what_a_new_login_replaces(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/app");
    world->now += 100;
    world_sign_in(world, "/.cognito/login?return_to=/app&max_age=10s");
    assert_int_equal(world->audits->nelts, 3);
    assert_string_equal(last(world)->event, "login");
    assert_string_equal(last(world)[-1].event, "logout");
    assert_string_equal(last(world)[-1].cause, "login");
    assert_string_equal(last(world)[-1].session, last(world)[-2].session);
    assert_int_equal(world->events[COG_EVENT_ENDED_BY_LOGIN], 1);

    world->now += 100000;
    world_sign_in(world, "/app");
    assert_int_equal(world->audits->nelts, 4);
    assert_int_equal(world->events[COG_EVENT_ENDED_BY_LOGIN], 1);
}

static void tells_of_a_refresh_and_of_one_that_was_refused(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/app");
    world->now += 3550;
    world_get(world, "/app");
    assert_int_equal(world->renewals, 1);
    assert_string_equal(last(world)->event, "refresh");
    assert_string_equal(last(world)->subject, "sub-1");

    world->now += 3550;
    world->renewed_status = 400;
    world->renewed_body = "{\"error\":\"invalid_grant\"}";
    world_get(world, "/app");
    assert_string_equal(last(world)->event, "logout");
    assert_string_equal(last(world)->cause, "renewal");
}

static void tells_of_a_refusal_with_its_incident(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/.cognito/callback?state=x&error=y");

    assert_int_equal(world->audits->nelts, 1);
    assert_string_equal(last(world)->event, "refusal");
    assert_string_equal(last(world)->cause, "state_mismatch");
    assert_string_equal(last(world)->incident, reply->page.incident);
    assert_null(last(world)->subject);
}

/* Without random bytes there is no number, but an answer. */
static void has_no_number_where_none_can_be_drawn(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->fail_at = 1;
    reply = world_get(world, "/.cognito/callback?state=x&error=y");
    assert_int_equal(reply->status, 400);
    assert_string_equal(reply->page.incident, "-");
    assert_string_equal(last(world)->incident, "-");
}

static void has_an_incident_only_where_it_can_be_looked_up(void **state)
{
    static const struct {
        cog_log_level_t log_level;
        int is_audit_kept;
        int has_incident;
    } rows[] = {
        {COG_LOG_WARNING, 0, 0},
        {COG_LOG_INFO,    0, 1},
        {COG_LOG_WARNING, 1, 1},
    };

    for (size_t i = 0; i < COUNT(rows); ++i) {
        world_t *world = world_make(*state);
        const char *incident;

        world->log_level = rows[i].log_level;
        world->is_audit_kept = rows[i].is_audit_kept;
        incident = world_get(world, "/.cognito/login?a=1&a=2")->page.incident;
        assert_int_equal(incident != NULL, rows[i].has_incident);
        assert_true(last(world)->incident == incident);
        assert_int_equal(world_has_logged(world, "COG3001"),
                         rows[i].log_level == COG_LOG_INFO);
    }
}

static void takes_a_first_visit_for_no_refusal(void **state)
{
    world_t *world = world_make(*state);

    world_get(world, "/app");
    assert_int_equal(world->audits->nelts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(tells_of_a_login_and_its_logout),
        cmocka_unit_test_with_pool(names_the_identity_provider),
        cmocka_unit_test_with_pool(tells_what_a_new_login_replaces),
        cmocka_unit_test_with_pool(tells_of_a_refresh_and_of_one_that_was_refused),
        cmocka_unit_test_with_pool(tells_of_a_refusal_with_its_incident),
        cmocka_unit_test_with_pool(has_no_number_where_none_can_be_drawn),
        cmocka_unit_test_with_pool(has_an_incident_only_where_it_can_be_looked_up),
        cmocka_unit_test_with_pool(takes_a_first_visit_for_no_refusal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
