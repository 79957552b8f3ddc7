#include "test/unit/unit.h"

#include <apr_strings.h>
#include <malloc.h>
#include <stdatomic.h>

#include "flow/provider/single_flight.h"
#include "test/unit/threads.h"

#define START   apr_time_from_sec(1795000000)
#define THREADS 16

/* What the loads are to do, and what they have done. */
typedef struct {
    atomic_int loads;
    atomic_int fails; /* with this error; COG_OK: they succeed */
    apr_interval_time_t takes;
    atomic_int is_held; /* no load ends */
    atomic_llong clock;
    atomic_int warnings;
    cog_log_t log;
    cog_ports_t ports;
    cog_single_flight_t *flight;
} world_t;

static int is_on(void *context, cog_log_level_t level)
{
    (void)context;
    return level == COG_LOG_WARNING;
}

static void write_log(void *context, cog_log_level_t level, const char *message)
{
    world_t *world = context;

    (void)level;
    (void)message;
    atomic_fetch_add(&world->warnings, 1);
}

static apr_time_t now(void *context)
{
    world_t *world = context;

    return (apr_time_t)atomic_load(&world->clock);
}

/* The value is the number of the load. */
static cog_err_t load(cog_flow_t *flow, const void *context,
                      const cog_document_freshness_t *freshness, cog_snapshot_t *snapshot)
{
    world_t *world = flow->ports->clock.context;
    int *number = apr_palloc(snapshot->pool, sizeof(*number));

    (void)context;
    if (freshness->kind == COG_DOCUMENT_KEPT) {
        return COG_E_NOT_FOUND;
    }
    *number = atomic_fetch_add(&world->loads, 1) + 1;
    do {
        apr_sleep(world->takes);
    } while (atomic_load(&world->is_held));
    snapshot->value = number;
    snapshot->made_at = (apr_time_t)atomic_load(&world->clock);
    return (cog_err_t)atomic_load(&world->fails);
}

static world_t *world_of(apr_pool_t *pool)
{
    world_t *world = apr_pcalloc(pool, sizeof(*world));

    atomic_store(&world->clock, START);
    world->ports.clock = (cog_clock_t){world, now, NULL};
    world->log = (cog_log_t){world, pool, is_on, write_log};
    world->ports.log = &world->log;
    assert_int_equal(
        cog_single_flight_make(pool, "the value", load, NULL, &world->flight), COG_OK);
    return world;
}

static void pass(world_t *world, int sec)
{
    atomic_fetch_add(&world->clock, apr_time_from_sec(sec));
}

/* Which load's value cog_single_flight_get() gives; minus the error when it gives none.
 */
static int get(world_t *world)
{
    cog_flow_t flow = {.ports = &world->ports};
    cog_snapshot_t *snapshot;
    cog_err_t err = cog_single_flight_get(&flow, world->flight, &snapshot);
    int number;

    if (err != COG_OK) {
        return -(int)err;
    }
    number = *(const int *)snapshot->value;
    cog_snapshot_release(snapshot);
    return number;
}

/* Which load's value comes when that of the last one does not do. */
static int get_newer(world_t *world)
{
    cog_flow_t flow = {.ports = &world->ports};
    cog_snapshot_t *seen, *newer;
    int number;

    assert_int_equal(cog_single_flight_get(&flow, world->flight, &seen), COG_OK);
    newer = cog_single_flight_get_newer(&flow, world->flight, seen);
    number = *(const int *)newer->value;
    cog_snapshot_release(newer);
    cog_snapshot_release(seen);
    return number;
}

static void loads_at_first_need_and_not_again_for_an_hour(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(world->loads, 0);
    assert_int_equal(get(world), 1);
    assert_int_equal(get(world), 1);
    pass(world, COG_METADATA_FRESH_SEC - 1);
    assert_int_equal(get(world), 1);
    pass(world, 1);
    assert_int_equal(get(world), 2);
    assert_int_equal(world->loads, 2);
}

static void answers_from_memory_for_a_while_after_a_failed_load(void **state)
{
    world_t *world = world_of(*state);

    world->fails = COG_E_IDP_BUSY;
    assert_int_equal(get(world), -COG_E_IDP_BUSY);
    world->fails = COG_OK;
    pass(world, COG_FETCH_PAUSE_SEC - 1);
    assert_int_equal(get(world), -COG_E_IDP_BUSY);
    assert_int_equal(world->loads, 1);
    pass(world, 1);
    assert_int_equal(get(world), 2);
}

/* F02, F04 */
static void keeps_a_good_value_for_ever_when_loads_fail(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(get(world), 1);
    world->fails = COG_E_IDP_UNREACHABLE;
    for (int day = 1; day <= 30; ++day) {
        pass(world, 24 * 3600);
        assert_int_equal(get(world), 1);
        assert_int_equal(get(world), 1);
        assert_int_equal(get_newer(world), 1);
        assert_int_equal(world->loads, 1 + day);
        assert_int_equal(world->warnings, day);
    }
    world->fails = COG_OK;
    pass(world, COG_FETCH_PAUSE_SEC);
    assert_int_equal(get(world), 32);
}

static void loads_a_newer_value_at_most_once_in_a_while(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(get(world), 1);
    assert_int_equal(get_newer(world), 2);
    for (int i = 0; i < 10000; ++i) {
        assert_int_equal(get_newer(world), 2);
    }
    pass(world, COG_KID_PAUSE_SEC - 1);
    assert_int_equal(get_newer(world), 2);
    pass(world, 1);
    assert_int_equal(get_newer(world), 3);
}

static void gives_the_newer_value_that_is_there_without_a_load(void **state)
{
    world_t *world = world_of(*state);
    cog_flow_t flow = {.ports = &world->ports};
    cog_snapshot_t *seen, *newer;

    assert_int_equal(cog_single_flight_get(&flow, world->flight, &seen), COG_OK);
    pass(world, COG_METADATA_FRESH_SEC);
    assert_int_equal(get(world), 2);
    newer = cog_single_flight_get_newer(&flow, world->flight, seen);
    assert_int_equal(*(const int *)newer->value, 2);
    assert_int_equal(*(const int *)seen->value, 1); /* ours, although it was replaced */
    assert_int_equal(world->loads, 2);
    cog_snapshot_release(newer);
    cog_snapshot_release(seen);
}

static void loads_no_newer_value_while_a_failure_is_fresh(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(get(world), 1);
    world->fails = COG_E_JWKS;
    assert_int_equal(get_newer(world), 1);
    pass(world, COG_METADATA_FRESH_SEC);
    assert_int_equal(get(world), 1);
    assert_int_equal(world->loads, 3);
    assert_int_equal(get_newer(world), 1);
    assert_int_equal(world->loads, 3);
}

/* F15 */
static void is_not_frozen_by_a_clock_that_goes_back(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(get(world), 1);
    assert_int_equal(get_newer(world), 2);
    pass(world, -3600);
    assert_int_equal(get(world), 3);
    assert_int_equal(get(world), 3);
    assert_int_equal(get_newer(world), 4);

    world->fails = COG_E_IDP_BUSY;
    pass(world, COG_METADATA_FRESH_SEC);
    assert_int_equal(get(world), 4);
    assert_int_equal(world->loads, 5);
    pass(world, -10);
    assert_int_equal(get(world), 4);
    assert_int_equal(world->loads, 5); /* younger than an hour again */
    assert_int_equal(get_newer(world), 4);
    assert_int_equal(world->loads, 6); /* the pause after the failure is over */
}

static void stays_on_after_a_clock_that_went_ten_years_ahead_and_back(void **state)
{
    world_t *world = world_of(*state);
    int ten_years = 10 * 365 * 24 * 3600;

    assert_int_equal(get(world), 1);
    pass(world, ten_years);
    assert_int_equal(get(world), 2);
    pass(world, -ten_years);
    assert_int_equal(get(world), 3);
    assert_int_equal(get(world), 3);
}

/* ---- threads ---- */

static int run_get(apr_pool_t *pool, void *world)
{
    (void)pool;
    return get(world);
}

static int run_get_newer(apr_pool_t *pool, void *world)
{
    (void)pool;
    return get_newer(world);
}

/* A thread whose load, the n-th, does not end before it may. */
static thread_t *begin_load(world_t *world, int n)
{
    thread_t *thread;

    world->takes = 1000;
    atomic_store(&world->is_held, 1);
    thread = thread_start(run_get, world);
    while (atomic_load(&world->loads) < n) {
        apr_sleep(1000);
    }
    return thread;
}

static void end_load(world_t *world, thread_t *thread, int n)
{
    atomic_store(&world->is_held, 0);
    assert_int_equal(thread_join(thread), n);
}

static void loads_once_for_all_threads_that_wait(void **state)
{
    world_t *world = world_of(*state);

    world->takes = apr_time_from_msec(200);
    assert_threads(THREADS, run_get, world, 0, 1);
    assert_int_equal(world->loads, 1);
}

static void tells_all_threads_that_wait_of_the_failure(void **state)
{
    world_t *world = world_of(*state);

    world->takes = apr_time_from_msec(200);
    world->fails = COG_E_IDP_BUSY;
    assert_threads(THREADS, run_get, world, 0, -(int)COG_E_IDP_BUSY);
    assert_int_equal(world->loads, 1);
}

/* conformance: signing-key-rotation-just-before-signing, with many logins at once */
static void loads_one_newer_value_for_all_threads_that_need_it(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(get(world), 1);
    world->takes = apr_time_from_msec(200);
    assert_threads(THREADS, run_get_newer, world, 0, 2);
    assert_int_equal(world->loads, 2);
}

/* F03: nobody waits who has an old value */
static void lets_threads_use_the_old_value_while_one_loads(void **state)
{
    world_t *world = world_of(*state);
    thread_t *slow;
    apr_time_t begin;

    assert_int_equal(get(world), 1);
    pass(world, COG_METADATA_FRESH_SEC);
    slow = begin_load(world, 2);
    begin = apr_time_now();
    for (int i = 0; i < 100; ++i) {
        assert_int_equal(get(world), 1);
    }
    assert_true(apr_time_now() - begin < apr_time_from_sec(COG_FETCH_WAIT_SEC));
    end_load(world, slow, 2);
    assert_int_equal(get(world), 2);
    assert_int_equal(world->loads, 2);
}

/* F03: whoever has nothing waits, but not longer than a fetch may take */
static void waits_a_bounded_time_for_another_thread(void **state)
{
    world_t *world = world_of(*state);
    thread_t *slow = begin_load(world, 1);
    apr_time_t begin = apr_time_now();

    assert_int_equal(get(world), -COG_E_IDP_UNREACHABLE);
    assert_in_range(apr_time_now() - begin, apr_time_from_sec(1),
                    apr_time_from_sec(2 * COG_FETCH_WAIT_SEC));
    end_load(world, slow, 1);
    assert_int_equal(get(world), 1);
}

/* How often it gets nothing. */
static int run_replacements(apr_pool_t *pool, void *world)
{
    int failures = 0;

    (void)pool;
    for (int i = 0; i < 500; ++i) {
        pass(world, COG_METADATA_FRESH_SEC);
        failures += get(world) < 1 || get_newer(world) < 1;
    }
    return failures;
}

/* CVE row 23: shared values and who frees them; worth most under ThreadSanitizer */
static void may_be_replaced_while_others_read(void **state)
{
    world_t *world = world_of(*state);

    assert_threads(THREADS, run_replacements, world, 0, 0);
    assert_in_range(world->loads, 100, 2 * 500 * THREADS);
}

static void leaks_nothing_over_ten_thousand_replacements(void **state)
{
    world_t *world = world_of(*state);
    size_t before = 0;

    for (int i = 0; i < 10100; ++i) {
        pass(world, COG_METADATA_FRESH_SEC);
        assert_int_equal(get(world), i + 1);
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
        cmocka_unit_test_with_pool(loads_once_for_all_threads_that_wait),
        cmocka_unit_test_with_pool(tells_all_threads_that_wait_of_the_failure),
        cmocka_unit_test_with_pool(loads_one_newer_value_for_all_threads_that_need_it),
        cmocka_unit_test_with_pool(lets_threads_use_the_old_value_while_one_loads),
        cmocka_unit_test_with_pool(waits_a_bounded_time_for_another_thread),
        cmocka_unit_test_with_pool(may_be_replaced_while_others_read),
        cmocka_unit_test_with_pool(leaks_nothing_over_ten_thousand_replacements),
    };

    return cmocka_run_group_tests_name("flow/single_flight", tests, NULL, NULL);
}
