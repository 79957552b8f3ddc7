#include "test/unit/unit.h"

#include "flow/provider/bulkhead.h"

#define NOW   apr_time_from_sec(1700000000)
#define LIMIT 3

static int enter(cog_bulkhead_t *bulkhead, apr_time_t now)
{
    return cog_bulkhead_enter(bulkhead, LIMIT, now);
}

static void fill(cog_bulkhead_t *bulkhead, apr_time_t now)
{
    for (int i = 0; i < LIMIT; ++i) {
        assert_true(enter(bulkhead, now));
    }
}

/* Many sign-ins at once are no reason to send anybody away. */
static void lets_all_in_while_some_are_answered(void **state)
{
    cog_bulkhead_t bulkhead = {0};

    (void)state;
    fill(&bulkhead, NOW);
    for (int i = 1; i < 50; ++i) {
        apr_time_t now = NOW + apr_time_from_msec(500) * i;

        assert_true(enter(&bulkhead, now));
        assert_true(enter(&bulkhead, now));
        cog_bulkhead_leave(&bulkhead, 1, now);
    }
}

static void sends_away_who_would_wait_for_nobody(void **state)
{
    cog_bulkhead_t bulkhead = {0};
    apr_time_t late = NOW + COG_BULKHEAD_PATIENCE;

    (void)state;
    fill(&bulkhead, NOW);
    assert_true(enter(&bulkhead, late - 1));
    cog_bulkhead_leave(&bulkhead, 0, late - 1);
    assert_false(enter(&bulkhead, late));
    assert_false(enter(&bulkhead, late));
    assert_int_equal(bulkhead.inside, LIMIT);
    /* one gives up: another may find out */
    cog_bulkhead_leave(&bulkhead, 0, late);
    assert_true(enter(&bulkhead, late));
    assert_false(enter(&bulkhead, late));
    /* one has an answer */
    cog_bulkhead_leave(&bulkhead, 1, late);
    assert_true(enter(&bulkhead, late));
    assert_true(enter(&bulkhead, late));
}

/* When all have given up, nobody has to wait anew until some are sent away. */
static void remembers_that_nobody_answers(void **state)
{
    cog_bulkhead_t bulkhead = {0};
    apr_time_t late = NOW + apr_time_from_sec(5);

    (void)state;
    fill(&bulkhead, NOW);
    for (int i = 0; i < LIMIT; ++i) {
        cog_bulkhead_leave(&bulkhead, 0, late);
    }
    assert_int_equal(bulkhead.inside, 0);
    fill(&bulkhead, late);
    assert_false(enter(&bulkhead, late));
}

static void is_not_impressed_by_a_clock_that_is_put_back(void **state)
{
    cog_bulkhead_t bulkhead = {0};

    (void)state;
    fill(&bulkhead, NOW);
    assert_false(enter(&bulkhead, NOW - apr_time_from_sec(3600)));
    cog_bulkhead_leave(&bulkhead, 1, NOW - apr_time_from_sec(3600));
    assert_true(enter(&bulkhead, NOW - apr_time_from_sec(3600)));
    assert_true(enter(&bulkhead, NOW - apr_time_from_sec(3600)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_all_in_while_some_are_answered),
        cmocka_unit_test(sends_away_who_would_wait_for_nobody),
        cmocka_unit_test(remembers_that_nobody_answers),
        cmocka_unit_test(is_not_impressed_by_a_clock_that_is_put_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
