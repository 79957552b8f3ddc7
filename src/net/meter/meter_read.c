/* What a meter has counted, as it is at one moment. */
#include <string.h>

#include "net/meter/meter_private.h"

/* As long as nobody who was turned away tells more. */
#define OUTAGE_TOLD apr_time_from_sec(60)

static void add_up(cog_meter_shm_t *meter, cog_figures_t *figures)
{
    for (int i = 0; i < COG_METER_STRIPES; ++i) {
        for (int event = 0; event < COG_EVENT_COUNT; ++event) {
            figures->counts[event] += atomic_load(&meter->stripes[i].counts[event]);
        }
    }
}

static void read_call(cog_meter_call_t *call, cog_call_figures_t *figures)
{
    for (int i = 0; i < COG_CALL_RESULTS; ++i) {
        figures->results[i] = atomic_load(&call->results[i]);
    }
    for (int i = 0; i < COG_DURATION_CLASSES; ++i) {
        figures->classes[i] = atomic_load(&call->classes[i]);
    }
    figures->duration = atomic_load(&call->duration);
}

static void read_minute(cog_meter_minute_t *minute, cog_minute_figures_t *figures)
{
    for (int i = 0; i < COG_EVENT_RARE; ++i) {
        figures->events[i] = atomic_load(&minute->events[i]);
    }
    for (int i = 0; i < COG_CALL_COUNT; ++i) {
        figures->calls[i].count = atomic_load(&minute->calls[i].count);
        figures->calls[i].failed = atomic_load(&minute->calls[i].failed);
        figures->calls[i].duration = atomic_load(&minute->calls[i].duration);
    }
}

static void read_minutes(cog_meter_shm_t *meter, apr_time_t now, cog_figures_t *figures)
{
    int64_t present = apr_time_sec(now) / 60;

    for (int i = 0; i < COG_METER_MINUTES && i <= present; ++i) {
        cog_meter_minute_t *minute = &meter->minutes[(present - i) % COG_METER_MINUTES];

        if (atomic_load(&minute->minute) == present - i) {
            read_minute(minute, &figures->minutes[i]);
        }
    }
}

static void read_pool(cog_meter_pool_t *pool, apr_time_t now, cog_pool_figures_t *figures)
{
    apr_time_t out_at = atomic_load(&pool->out_at);

    memcpy(figures->issuer, pool->issuer, sizeof(figures->issuer));
    figures->keys_at = atomic_load(&pool->keys_at);
    figures->failed_at = atomic_load(&pool->failed_at);
    figures->error = (cog_err_t)atomic_load(&pool->error);
    figures->is_out = out_at != 0 && now < out_at + OUTAGE_TOLD;
}

static void read_pools(cog_meter_shm_t *meter, apr_time_t now, cog_figures_t *figures)
{
    for (int i = 0; i < COG_METER_POOLS; ++i) {
        if (atomic_load(&meter->pools[i].is_known)) {
            read_pool(&meter->pools[i], now, &figures->pools[figures->pool_count++]);
        }
    }
}

static void read_store(cog_meter_store_t *store, cog_store_figures_t *figures)
{
    memcpy(figures->name, store->name, sizeof(figures->name));
    figures->failed = atomic_load(&store->failed); /* first: it is never more than */
    figures->calls = atomic_load(&store->calls);
    figures->failed_in_a_row = atomic_load(&store->failed_in_a_row);
    figures->failed_at = atomic_load(&store->failed_at);
}

static void read_stores(cog_meter_shm_t *meter, cog_figures_t *figures)
{
    for (int i = 0; i < COG_METER_STORES; ++i) {
        if (atomic_load(&meter->stores[i].is_known)) {
            read_store(&meter->stores[i], &figures->stores[figures->store_count++]);
        }
    }
}

void cog_meter_shm_read(cog_meter_shm_t *meter, apr_time_t now, cog_figures_t *figures)
{
    memset(figures, 0, sizeof(*figures));
    figures->since = meter->since;
    add_up(meter, figures);
    for (int i = 0; i < COG_CALL_COUNT; ++i) {
        read_call(&meter->calls[i], &figures->calls[i]);
    }
    read_minutes(meter, now, figures);
    read_pools(meter, now, figures);
    read_stores(meter, figures);
    figures->problem_count = cog_problem_list_read(&meter->problems, figures->problems);
}
