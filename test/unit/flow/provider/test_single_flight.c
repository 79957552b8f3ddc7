#include "test/unit/flow/provider/flight.h"

#include <malloc.h>

static void loads_at_first_need_and_not_again_for_an_hour(void **state)
{
    flight_t *flight = flight_make(*state);

    assert_int_equal(flight->loads, 0);
    assert_int_equal(flight_get(flight), 1);
    assert_int_equal(flight_get(flight), 1);
    flight_pass(flight, COG_METADATA_FRESH_SEC - 1);
    assert_int_equal(flight_get(flight), 1);
    flight_pass(flight, 1);
    assert_int_equal(flight_get(flight), 2);
    assert_int_equal(flight->loads, 2);
}

static void answers_from_memory_for_a_while_after_a_failed_load(void **state)
{
    flight_t *flight = flight_make(*state);

    flight->fails = COG_E_IDP_BUSY;
    assert_int_equal(flight_get(flight), -COG_E_IDP_BUSY);
    flight->fails = COG_OK;
    flight_pass(flight, COG_FETCH_PAUSE_SEC - 1);
    assert_int_equal(flight_get(flight), -COG_E_IDP_BUSY);
    assert_int_equal(flight->loads, 1);
    flight_pass(flight, 1);
    assert_int_equal(flight_get(flight), 2);
}

/* F02, F04 */
static void keeps_a_good_value_for_ever_when_loads_fail(void **state)
{
    flight_t *flight = flight_make(*state);

    assert_int_equal(flight_get(flight), 1);
    flight->fails = COG_E_IDP_UNREACHABLE;
    for (int day = 1; day <= 30; ++day) {
        flight_pass(flight, 24 * 3600);
        assert_int_equal(flight_get(flight), 1);
        assert_int_equal(flight_get(flight), 1);
        assert_int_equal(flight_get_newer(flight), 1);
        assert_int_equal(flight->loads, 1 + day);
        assert_int_equal(flight->warnings, day);
    }
    flight->fails = COG_OK;
    flight_pass(flight, COG_FETCH_PAUSE_SEC);
    assert_int_equal(flight_get(flight), 32);
}

static void loads_a_newer_value_at_most_once_in_a_while(void **state)
{
    flight_t *flight = flight_make(*state);

    assert_int_equal(flight_get(flight), 1);
    assert_int_equal(flight_get_newer(flight), 2);
    for (int i = 0; i < 10000; ++i) {
        assert_int_equal(flight_get_newer(flight), 2);
    }
    flight_pass(flight, COG_KID_PAUSE_SEC - 1);
    assert_int_equal(flight_get_newer(flight), 2);
    flight_pass(flight, 1);
    assert_int_equal(flight_get_newer(flight), 3);
}

static void gives_the_newer_value_that_is_there_without_a_load(void **state)
{
    flight_t *flight = flight_make(*state);
    cog_flow_t flow = {.ports = &flight->ports};
    cog_snapshot_t *seen, *newer;

    assert_int_equal(cog_single_flight_get(&flow, flight->flight, &seen), COG_OK);
    flight_pass(flight, COG_METADATA_FRESH_SEC);
    assert_int_equal(flight_get(flight), 2);
    newer = cog_single_flight_get_newer(&flow, flight->flight, seen);
    assert_int_equal(*(const int *)newer->value, 2);
    assert_int_equal(*(const int *)seen->value, 1); /* ours, although it was replaced */
    assert_int_equal(flight->loads, 2);
    cog_snapshot_release(newer);
    cog_snapshot_release(seen);
}

static void loads_no_newer_value_while_a_failure_is_fresh(void **state)
{
    flight_t *flight = flight_make(*state);

    assert_int_equal(flight_get(flight), 1);
    flight->fails = COG_E_JWKS;
    assert_int_equal(flight_get_newer(flight), 1);
    flight_pass(flight, COG_METADATA_FRESH_SEC);
    assert_int_equal(flight_get(flight), 1);
    assert_int_equal(flight->loads, 3);
    assert_int_equal(flight_get_newer(flight), 1);
    assert_int_equal(flight->loads, 3);
}

/* F15 */
static void is_not_frozen_by_a_clock_that_goes_back(void **state)
{
    flight_t *flight = flight_make(*state);

    assert_int_equal(flight_get(flight), 1);
    assert_int_equal(flight_get_newer(flight), 2);
    flight_pass(flight, -3600);
    assert_int_equal(flight_get(flight), 3);
    assert_int_equal(flight_get(flight), 3);
    assert_int_equal(flight_get_newer(flight), 4);

    flight->fails = COG_E_IDP_BUSY;
    flight_pass(flight, COG_METADATA_FRESH_SEC);
    assert_int_equal(flight_get(flight), 4);
    assert_int_equal(flight->loads, 5);
    flight_pass(flight, -10);
    assert_int_equal(flight_get(flight), 4);
    assert_int_equal(flight->loads, 5); /* younger than an hour again */
    assert_int_equal(flight_get_newer(flight), 4);
    assert_int_equal(flight->loads, 6); /* the pause after the failure is over */
}

static void stays_on_after_a_clock_that_went_ten_years_ahead_and_back(void **state)
{
    flight_t *flight = flight_make(*state);
    int ten_years = 10 * 365 * 24 * 3600;

    assert_int_equal(flight_get(flight), 1);
    flight_pass(flight, ten_years);
    assert_int_equal(flight_get(flight), 2);
    flight_pass(flight, -ten_years);
    assert_int_equal(flight_get(flight), 3);
    assert_int_equal(flight_get(flight), 3);
}

static void leaks_nothing_over_ten_thousand_replacements(void **state)
{
    flight_t *flight = flight_make(*state);
    size_t before = 0;

    for (int i = 0; i < 10100; ++i) {
        flight_pass(flight, COG_METADATA_FRESH_SEC);
        assert_int_equal(flight_get(flight), i + 1);
        before = i == 99 ? mallinfo2().uordblks : before;
    }
    assert_in_range(mallinfo2().uordblks, 0, before + 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(loads_at_first_need_and_not_again_for_an_hour),
        cmocka_unit_test_with_pool(answers_from_memory_for_a_while_after_a_failed_load),
        cmocka_unit_test_with_pool(keeps_a_good_value_for_ever_when_loads_fail),
        cmocka_unit_test_with_pool(loads_a_newer_value_at_most_once_in_a_while),
        cmocka_unit_test_with_pool(gives_the_newer_value_that_is_there_without_a_load),
        cmocka_unit_test_with_pool(loads_no_newer_value_while_a_failure_is_fresh),
        cmocka_unit_test_with_pool(is_not_frozen_by_a_clock_that_goes_back),
        cmocka_unit_test_with_pool(
            stays_on_after_a_clock_that_went_ten_years_ahead_and_back),
        cmocka_unit_test_with_pool(leaks_nothing_over_ten_thousand_replacements),
    };

    return cmocka_run_group_tests_name("flow/provider/single_flight", tests, NULL, NULL);
}
