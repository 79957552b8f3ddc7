#include "test/unit/flow/provider/flight.h"

#define START apr_time_from_sec(1795000000)

static int is_on(void *context, cog_log_level_t level)
{
    (void)context;
    return level == COG_LOG_WARNING;
}

static void write_log(void *context, cog_log_level_t level, const char *message)
{
    flight_t *flight = context;

    (void)level;
    (void)message;
    atomic_fetch_add(&flight->warnings, 1);
}

static apr_time_t now(void *context)
{
    flight_t *flight = context;

    return (apr_time_t)atomic_load(&flight->clock);
}

/* The value is the number of the load. */
static cog_err_t load(cog_flow_t *flow, const void *context,
                      const cog_document_freshness_t *freshness, cog_snapshot_t *snapshot)
{
    flight_t *flight = flow->ports->clock.context;
    int *number = apr_palloc(snapshot->pool, sizeof(*number));

    (void)context;
    if (freshness->kind == COG_DOCUMENT_KEPT) {
        return COG_E_NOT_FOUND;
    }
    *number = atomic_fetch_add(&flight->loads, 1) + 1;
    do {
        apr_sleep(flight->takes);
    } while (atomic_load(&flight->is_held));
    snapshot->value = number;
    snapshot->made_at = (apr_time_t)atomic_load(&flight->clock);
    return (cog_err_t)atomic_load(&flight->fails);
}

flight_t *flight_make(apr_pool_t *pool)
{
    flight_t *flight = apr_pcalloc(pool, sizeof(*flight));

    atomic_store(&flight->clock, START);
    flight->ports.clock = (cog_clock_t){flight, now, NULL};
    flight->log = (cog_log_t){flight, pool, is_on, write_log};
    flight->ports.log = &flight->log;
    assert_int_equal(
        cog_single_flight_make(pool, "the value", load, NULL, &flight->flight), COG_OK);
    return flight;
}

void flight_pass(flight_t *flight, int sec)
{
    atomic_fetch_add(&flight->clock, apr_time_from_sec(sec));
}

int flight_get(flight_t *flight)
{
    cog_flow_t flow = {.ports = &flight->ports};
    cog_snapshot_t *snapshot;
    cog_err_t err = cog_single_flight_get(&flow, flight->flight, &snapshot);
    int number;

    if (err != COG_OK) {
        return -(int)err;
    }
    number = *(const int *)snapshot->value;
    cog_snapshot_release(snapshot);
    return number;
}

int flight_get_newer(flight_t *flight)
{
    cog_flow_t flow = {.ports = &flight->ports};
    cog_snapshot_t *seen, *newer;
    int number;

    assert_int_equal(cog_single_flight_get(&flow, flight->flight, &seen), COG_OK);
    newer = cog_single_flight_get_newer(&flow, flight->flight, seen);
    number = *(const int *)newer->value;
    cog_snapshot_release(newer);
    cog_snapshot_release(seen);
    return number;
}
