/* A store whose calls are counted on their way to it. */
#include <apr_strings.h>
#include <string.h>

#include "net/meter/meter_private.h"

typedef struct {
    cog_store_t store;
    cog_meter_store_t *figures;
} metered_t;

/* Written to only where something changes: calls that work share the word. */
static cog_err_t note(const metered_t *metered, cog_err_t err)
{
    cog_meter_store_t *figures = metered->figures;

    cog_counter_add(&figures->calls, 1);
    if (err == COG_E_STORE) {
        cog_counter_add(&figures->failed, 1);
        atomic_fetch_add(&figures->failed_in_a_row, 1);
        atomic_store(&figures->failed_at, apr_time_now());
    }
    else if (atomic_load_explicit(&figures->failed_in_a_row, memory_order_relaxed) > 0) {
        atomic_store(&figures->failed_in_a_row, 0);
    }
    return err;
}

static cog_err_t get(void *context, apr_pool_t *pool, const cog_log_t *log,
                     const char *key, cog_span_t *value)
{
    const metered_t *metered = context;
    const cog_store_t *store = &metered->store;

    return note(metered, store->get(store->context, pool, log, key, value));
}

static cog_err_t set(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    const metered_t *metered = context;
    const cog_store_t *store = &metered->store;

    return note(metered, store->set(store->context, log, key, value, ttl_sec));
}

static cog_err_t add(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    const metered_t *metered = context;
    const cog_store_t *store = &metered->store;

    return note(metered, store->add(store->context, log, key, value, ttl_sec));
}

static cog_err_t remove_key(void *context, const cog_log_t *log, const char *key)
{
    const metered_t *metered = context;
    const cog_store_t *store = &metered->store;

    return note(metered, store->remove(store->context, log, key));
}

static cog_meter_store_t *find(cog_meter_shm_t *meter, const char *name)
{
    for (int i = 0; i < COG_METER_STORES; ++i) {
        if (strncmp(meter->stores[i].name, name, COG_METER_NAME - 1) == 0) {
            return &meter->stores[i];
        }
    }
    return NULL;
}

static cog_meter_store_t *find_free(cog_meter_shm_t *meter)
{
    for (int i = 0; i < COG_METER_STORES; ++i) {
        if (!atomic_load(&meter->stores[i].is_known)) {
            return &meter->stores[i];
        }
    }
    return NULL;
}

void cog_meter_shm_wrap_store(apr_pool_t *pool, cog_meter_shm_t *meter, const char *name,
                              const cog_store_t *store, cog_store_t *metered)
{
    cog_meter_store_t *figures = find(meter, name);
    metered_t *made;

    if (!figures) {
        figures = find_free(meter);
        if (!figures) {
            *metered = *store;
            return;
        }
        memset(figures, 0, sizeof(*figures));
        apr_cpystrn(figures->name, name, sizeof(figures->name));
    }
    atomic_store(&figures->is_known, 1);
    made = apr_pcalloc(pool, sizeof(*made));
    made->store = *store;
    made->figures = figures;
    *metered = (cog_store_t){made, get, set, add, remove_key};
}
