#include "test/unit/unit.h"

#include "base/claim.h"
#include "session/session.h"

#define HOUR INT64_C(3600)
#define NOW  INT64_C(1900000000)
#define FAR  ((int64_t)1 << 62)

static const cog_session_limits_t limits = {
    .idle_sec = HOUR, .max_sec = 12 * HOUR, .least_idle_sec = HOUR};

/* clang-format off */
/* One line per rule: a session's times as seen at NOW, and whether it is still good. */
static const struct {
    const char *rule;
    int64_t created;
    int64_t seen;
    cog_err_t result;
} cases[] = {
    {"just begun",                       NOW,             NOW,            COG_OK},
    {"used within the idle limit",       NOW - 2 * HOUR,  NOW - 1800,     COG_OK},
    {"last second of the idle limit",    NOW - 2 * HOUR,  NOW - HOUR + 1, COG_OK},
    {"idle limit is reached",            NOW - 2 * HOUR,  NOW - HOUR,     COG_E_SESSION_EXPIRED},
    {"last second of the absolute limit", NOW - 12 * HOUR + 1, NOW,       COG_OK},
    {"absolute limit, however active",   NOW - 12 * HOUR, NOW,            COG_E_SESSION_EXPIRED},
    {"clock went back a little",         NOW + 60,        NOW + 60,       COG_OK},
    {"seen just within what clocks do",  NOW,             NOW + 300,      COG_OK},
    {"seen in the future",               NOW,             NOW + 301,      COG_E_SESSION_EXPIRED},
    {"created in the future",            NOW + 301,       NOW,            COG_E_SESSION_EXPIRED},
    {"no times at all",                  0,               0,              COG_E_SESSION_EXPIRED},
    {"never seen",                       NOW,             0,              COG_E_SESSION_EXPIRED},
    {"created at the end of numbers",    INT64_MAX,       NOW,            COG_E_SESSION_EXPIRED},
    {"seen at the end of numbers",       NOW,             INT64_MAX,      COG_E_SESSION_EXPIRED},
    {"created before all numbers",       INT64_MIN,       NOW,            COG_E_SESSION_EXPIRED},
    {"seen before all numbers",          NOW,             INT64_MIN,      COG_E_SESSION_EXPIRED},
};
/* clang-format on */

static cog_session_t session_of(int64_t created, int64_t seen)
{
    return (cog_session_t){.created = created, .seen = seen};
}

/* S05 */
static void ends_at_its_limits_and_takes_no_time_from_the_future(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        cog_session_t session = session_of(cases[i].created, cases[i].seen);

        assert_result(cases[i].rule, cog_session_check(&session, &limits, NOW),
                      cases[i].result);
    }
}

/* F15: the clock jumps */
static void survives_a_clock_that_jumps(void **state)
{
    cog_session_t session = session_of(NOW, NOW);
    const cog_session_limits_t endless = {.idle_sec = FAR, .max_sec = FAR};

    (void)state;
    assert_int_equal(cog_session_check(&session, &limits, NOW - 299), COG_OK);
    assert_int_equal(cog_session_check(&session, &limits, NOW - HOUR),
                     COG_E_SESSION_EXPIRED);
    assert_int_equal(cog_session_check(&session, &limits, NOW + 10 * 365 * 24 * HOUR),
                     COG_E_SESSION_EXPIRED);
    assert_int_equal(cog_session_check(&session, &limits, 0), COG_E_SESSION_EXPIRED);
    assert_int_equal(cog_session_check(&session, &limits, NOW), COG_OK);
    assert_int_equal(cog_session_check(&session, &endless, NOW), COG_OK);
}

static void holds_after_the_year_2038(void **state)
{
    int64_t late = INT64_C(4102444800); /* 2100 */
    cog_session_t session = session_of(late - HOUR, late - 1);

    (void)state;
    assert_int_equal(cog_session_check(&session, &limits, late), COG_OK);
    assert_int_equal(cog_session_check(&session, &limits, late + HOUR),
                     COG_E_SESSION_EXPIRED);
}

static void is_written_again_after_a_quarter_of_the_shortest_idle_limit(void **state)
{
    const cog_session_limits_t limits_here = {
        .idle_sec = 12 * HOUR, .max_sec = 12 * HOUR, .least_idle_sec = HOUR};
    cog_session_t session = session_of(NOW, NOW);

    (void)state;
    assert_false(cog_session_wants_touch(&session, &limits_here, NOW));
    assert_false(cog_session_wants_touch(&session, &limits_here, NOW - 60));
    assert_false(cog_session_wants_touch(&session, &limits_here, NOW + 900));
    assert_true(cog_session_wants_touch(&session, &limits_here, NOW + 901));
}

static void gives_its_claims_by_name(void **state)
{
    apr_array_header_t *claims = apr_array_make(*state, 1, sizeof(cog_claim_t));
    cog_session_t session = {.claims = claims};

    assert_null(cog_session_claim(&session, "email"));
    APR_ARRAY_PUSH(claims, cog_claim_t) =
        (cog_claim_t){"email", "alice@example.com", COG_CLAIM_TEXT};
    assert_string_equal(cog_session_claim(&session, "email"), "alice@example.com");
    assert_null(cog_session_claim(&session, "sub"));
}

static void shows_its_id_as_22_characters(void **state)
{
    cog_session_t session = {
        .id = {0, 16, 131, 16, 81, 135, 32, 146, 139, 48, 211, 143, 65, 20, 147, 255}
    };

    assert_string_equal(cog_session_id_text(*state, &session), "ABCDEFGHIJKLMNOPQRST_w");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_at_its_limits_and_takes_no_time_from_the_future),
        cmocka_unit_test(survives_a_clock_that_jumps),
        cmocka_unit_test(holds_after_the_year_2038),
        cmocka_unit_test(is_written_again_after_a_quarter_of_the_shortest_idle_limit),
        cmocka_unit_test_with_pool(gives_its_claims_by_name),
        cmocka_unit_test_with_pool(shows_its_id_as_22_characters),
    };

    return cmocka_run_group_tests_name("session/session", tests, NULL, NULL);
}
