/* One thread loads for all. */
#include "test/unit/flow/provider/flight.h"

#include <stdatomic.h>

#include "test/unit/threads.h"

#define THREADS 16

static int run_get(apr_pool_t *pool, void *flight)
{
    (void)pool;
    return flight_get(flight);
}

static int run_get_newer(apr_pool_t *pool, void *flight)
{
    (void)pool;
    return flight_get_newer(flight);
}

/* A thread whose load, the n-th, does not end before it may. */
static thread_t *begin_load(flight_t *flight, int n)
{
    thread_t *thread;

    flight->takes = 1000;
    atomic_store(&flight->is_held, 1);
    thread = thread_start(run_get, flight);
    while (atomic_load(&flight->loads) < n) {
        apr_sleep(1000);
    }
    return thread;
}

static void end_load(flight_t *flight, thread_t *thread, int n)
{
    atomic_store(&flight->is_held, 0);
    assert_int_equal(thread_join(thread), n);
}

static void loads_once_for_all_threads_that_wait(void **state)
{
    flight_t *flight = flight_make(*state);

    flight->takes = apr_time_from_msec(200);
    assert_threads(THREADS, run_get, flight, 0, 1);
    assert_int_equal(flight->loads, 1);
}

static void tells_all_threads_that_wait_of_the_failure(void **state)
{
    flight_t *flight = flight_make(*state);

    flight->takes = apr_time_from_msec(200);
    flight->fails = COG_E_IDP_BUSY;
    assert_threads(THREADS, run_get, flight, 0, -(int)COG_E_IDP_BUSY);
    assert_int_equal(flight->loads, 1);
}

/* conformance: signing-key-rotation-just-before-signing, with many logins at once */
static void loads_one_newer_value_for_all_threads_that_need_it(void **state)
{
    flight_t *flight = flight_make(*state);

    assert_int_equal(flight_get(flight), 1);
    flight->takes = apr_time_from_msec(200);
    assert_threads(THREADS, run_get_newer, flight, 0, 2);
    assert_int_equal(flight->loads, 2);
}

/* F03: nobody waits who has an old value */
static void lets_threads_use_the_old_value_while_one_loads(void **state)
{
    flight_t *flight = flight_make(*state);
    thread_t *slow;
    apr_time_t begin;

    assert_int_equal(flight_get(flight), 1);
    flight_pass(flight, COG_METADATA_FRESH_SEC);
    slow = begin_load(flight, 2);
    begin = apr_time_now();
    for (int i = 0; i < 100; ++i) {
        assert_int_equal(flight_get(flight), 1);
        assert_true(apr_time_now() - begin < apr_time_from_sec(COG_FETCH_WAIT_SEC));
    }
    end_load(flight, slow, 2);
    assert_int_equal(flight_get(flight), 2);
    assert_int_equal(flight->loads, 2);
}

/* F03: whoever has nothing waits, but not longer than a fetch may take */
static void waits_a_bounded_time_for_another_thread(void **state)
{
    flight_t *flight = flight_make(*state);
    thread_t *slow = begin_load(flight, 1);
    apr_time_t begin = apr_time_now();

    assert_int_equal(flight_get(flight), -COG_E_IDP_UNREACHABLE);
    assert_in_range(apr_time_now() - begin, apr_time_from_sec(1),
                    apr_time_from_sec(2 * COG_FETCH_WAIT_SEC));
    end_load(flight, slow, 1);
    assert_int_equal(flight_get(flight), 1);
}

/* How often it gets nothing. */
static int run_replacements(apr_pool_t *pool, void *flight)
{
    int failures = 0;

    (void)pool;
    for (int i = 0; i < 500; ++i) {
        flight_pass(flight, COG_METADATA_FRESH_SEC);
        failures += flight_get(flight) < 1 || flight_get_newer(flight) < 1;
    }
    return failures;
}

/* CVE row 23: shared values and who frees them; worth most under ThreadSanitizer */
static void may_be_replaced_while_others_read(void **state)
{
    flight_t *flight = flight_make(*state);

    assert_threads(THREADS, run_replacements, flight, 0, 0);
    assert_in_range(flight->loads, 100, 2 * 500 * THREADS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(loads_once_for_all_threads_that_wait),
        cmocka_unit_test_with_pool(tells_all_threads_that_wait_of_the_failure),
        cmocka_unit_test_with_pool(loads_one_newer_value_for_all_threads_that_need_it),
        cmocka_unit_test_with_pool(lets_threads_use_the_old_value_while_one_loads),
        cmocka_unit_test_with_pool(waits_a_bounded_time_for_another_thread),
        cmocka_unit_test_with_pool(may_be_replaced_while_others_read),
    };

    return cmocka_run_group_tests_name("flow/provider/single_flight, threads", tests,
                                       NULL, NULL);
}
