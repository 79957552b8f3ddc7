#include "test/unit/unit.h"

#include "flow/crowd.h"

#define NOW   apr_time_from_sec(1700000000)
#define LIMIT 3

static int enter(cog_crowd_t *crowd, apr_time_t now)
{
    return cog_crowd_enter(crowd, LIMIT, now);
}

static void fill(cog_crowd_t *crowd, apr_time_t now)
{
    for (int i = 0; i < LIMIT; ++i) {
        assert_true(enter(crowd, now));
    }
}

/* Many sign-ins at once are no reason to send anybody away. */
static void lets_all_in_while_some_are_answered(void **state)
{
    cog_crowd_t crowd = {0};

    (void)state;
    fill(&crowd, NOW);
    for (int i = 1; i < 50; ++i) {
        apr_time_t now = NOW + apr_time_from_msec(500) * i;

        assert_true(enter(&crowd, now));
        assert_true(enter(&crowd, now));
        cog_crowd_leave(&crowd, 1, now);
    }
}

static void sends_away_who_would_wait_for_nobody(void **state)
{
    cog_crowd_t crowd = {0};
    apr_time_t late = NOW + COG_CROWD_PATIENCE;

    (void)state;
    fill(&crowd, NOW);
    assert_true(enter(&crowd, late - 1));
    cog_crowd_leave(&crowd, 0, late - 1);
    assert_false(enter(&crowd, late));
    assert_false(enter(&crowd, late));
    assert_int_equal(crowd.inside, LIMIT);
    /* one gives up: another may find out */
    cog_crowd_leave(&crowd, 0, late);
    assert_true(enter(&crowd, late));
    assert_false(enter(&crowd, late));
    /* one has an answer */
    cog_crowd_leave(&crowd, 1, late);
    assert_true(enter(&crowd, late));
    assert_true(enter(&crowd, late));
}

/* When all have given up, nobody has to wait anew until some are sent away. */
static void remembers_that_nobody_answers(void **state)
{
    cog_crowd_t crowd = {0};
    apr_time_t late = NOW + apr_time_from_sec(5);

    (void)state;
    fill(&crowd, NOW);
    for (int i = 0; i < LIMIT; ++i) {
        cog_crowd_leave(&crowd, 0, late);
    }
    assert_int_equal(crowd.inside, 0);
    fill(&crowd, late);
    assert_false(enter(&crowd, late));
}

static void is_not_impressed_by_a_clock_that_is_put_back(void **state)
{
    cog_crowd_t crowd = {0};

    (void)state;
    fill(&crowd, NOW);
    assert_false(enter(&crowd, NOW - apr_time_from_sec(3600)));
    cog_crowd_leave(&crowd, 1, NOW - apr_time_from_sec(3600));
    assert_true(enter(&crowd, NOW - apr_time_from_sec(3600)));
    assert_true(enter(&crowd, NOW - apr_time_from_sec(3600)));
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
