#include "test/unit/unit.h"

#include <limits.h>

#include "net/server/monotonic.h"

/* For poll() less than none would be without end. */
static void nothing_is_left_when_it_is_over(void **state)
{
    apr_time_t now = cog_monotonic_now();

    (void)state;
    assert_int_equal(cog_monotonic_left(now), 0);
    assert_int_equal(cog_monotonic_left(now - 1), 0);
    assert_int_equal(cog_monotonic_left(now - apr_time_from_sec(10)), 0);
    assert_int_equal(cog_monotonic_left(0), 0);
}

static void tells_milliseconds(void **state)
{
    (void)state;
    assert_in_range(cog_monotonic_left(cog_monotonic_now() + apr_time_from_sec(3600)), 1,
                    3600 * 1000);
    assert_int_equal(cog_monotonic_left(INT64_MAX), INT_MAX);
}

/* Else the last of them would be spent without a pause; one of many, for time goes by. */
static void rounds_up(void **state)
{
    int rounded = 0;

    (void)state;
    for (int i = 0; i < 10000 && rounded == 0; ++i) {
        rounded = cog_monotonic_left(cog_monotonic_now() + 900);
    }
    assert_int_equal(rounded, 1);
}

static void goes_forward(void **state)
{
    apr_time_t before = cog_monotonic_now();

    (void)state;
    for (int i = 0; i < 1000; ++i) {
        apr_time_t now = cog_monotonic_now();

        assert_true(now >= before);
        before = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_when_it_is_over),
        cmocka_unit_test(tells_milliseconds),
        cmocka_unit_test(rounds_up),
        cmocka_unit_test(goes_forward),
    };

    return cmocka_run_group_tests_name("net/server/monotonic", tests, NULL, NULL);
}
