#include "net/shm/store_shm.h"

#include "base/rate_limit.h"
#include "net/shm/shard.h"
#include "net/shm/store_segment.h"

#define LOCK_LIMIT apr_time_from_msec(400)

#define WARN_PERCENT 80
#define WARN_EVERY   apr_time_from_sec(600)
#define FULL_EVERY   apr_time_from_sec(60)
#define STUCK_EVERY  apr_time_from_sec(10)

typedef struct {
    cog_store_segment_t *segment;
    const char *form;
    cog_clock_t clock;
} store_t;

/* ---- what the log hears ---- */

static unsigned percent_used(cog_store_segment_t *segment)
{
    uint64_t all = segment->shards * COG_SHARD_BLOCKS;
    uint64_t used = 0;

    for (size_t i = 0; i < segment->shards; ++i) {
        used += cog_shard_used(cog_store_segment_shard(segment, i));
    }
    return all > 0 ? (unsigned)(used * 100 / all) : 0;
}

unsigned cog_store_shm_percent(const cog_store_t *port)
{
    const store_t *store = port->context;

    return percent_used(store->segment);
}

static void warn_when_nearly_full(store_t *store, const cog_log_t *log, apr_time_t now)
{
    cog_store_segment_t *segment = store->segment;
    unsigned percent = percent_used(segment);

    if (percent >= WARN_PERCENT &&
        cog_rate_limit_allows(&segment->warn, now, WARN_EVERY)) {
        COG_LOG(log, WARNING, 4100,
                "the store of %" APR_SIZE_T_FMT " MB is %u%% full: write CognitoStore "
                "%s:%" APR_SIZE_T_FMT "M",
                segment->shards, percent, store->form, segment->shards * 2);
    }
}

/* The others are about as full as this one: only then it is worth a look at all. */
static int is_nearly_full(cog_shard_t *shard)
{
    return cog_shard_used(shard) * 100 >= COG_SHARD_BLOCKS * WARN_PERCENT;
}

static void tell_of_dropped(store_t *store, const cog_log_t *log, apr_time_t now,
                            uint32_t dropped)
{
    cog_store_segment_t *segment = store->segment;

    segment->dropped += dropped;
    if (dropped > 0 && cog_rate_limit_allows(&segment->full, now, FULL_EVERY)) {
        COG_LOG(log, ERROR, 4101,
                "the store of %" APR_SIZE_T_FMT " MB is full: %u entries were dropped "
                "before their time; write CognitoStore %s:%" APR_SIZE_T_FMT "M",
                segment->shards, atomic_exchange(&segment->dropped, 0), store->form,
                segment->shards * 2);
    }
}

/* ---- the port ---- */

static apr_time_t now_of(const store_t *store)
{
    return store->clock.now(store->clock.context);
}

/* Who was killed in the middle of a change has left a shard that nobody can read. */
static void heal(cog_shard_t *shard, const cog_log_t *log)
{
    if (shard->is_changing) {
        cog_shard_clear(shard);
        shard->is_changing = 0;
        COG_LOG(log, ERROR, 4102,
                "a process died while it wrote to the store: a part of the store, with "
                "the sessions in it, has been emptied");
    }
}

static cog_err_t take(store_t *store, const cog_log_t *log, cog_shard_t *shard)
{
    if (cog_shared_lock_take(&shard->lock, LOCK_LIMIT) != COG_OK) {
        if (cog_rate_limit_allows(&store->segment->stuck, now_of(store), STUCK_EVERY)) {
            COG_LOG(log, ERROR, 4103,
                    "the store is blocked: a process that uses it does not go on; look "
                    "for one that is stopped, or an overloaded machine");
        }
        return COG_E_STORE;
    }
    heal(shard, log);
    return COG_OK;
}

static cog_shard_t *shard_of(const store_t *store, const cog_shard_key_t *key)
{
    cog_store_segment_t *segment = store->segment;

    return cog_store_segment_shard(segment, (size_t)(key->hash >> 32) % segment->shards);
}

static cog_err_t get(void *context, apr_pool_t *pool, const cog_log_t *log,
                     const char *name, cog_span_t *value)
{
    store_t *store = context;
    cog_shard_key_t key = cog_shard_key(name);
    cog_shard_t *shard = shard_of(store, &key);
    cog_shard_index_t entry;

    COG_TRY(take(store, log, shard));
    entry = cog_shard_find(shard, &key, now_of(store));
    if (entry) {
        *value = cog_shard_read(shard, pool, entry);
    }
    cog_shared_lock_give(&shard->lock);
    return entry ? COG_OK : COG_E_NOT_FOUND;
}

typedef struct {
    cog_shard_key_t key;
    cog_span_t value;
    int64_t ttl_sec;
} item_t;

static uint32_t put(cog_shard_t *shard, const item_t *item, cog_shard_index_t known,
                    apr_time_t now)
{
    int kind = item->ttl_sec > COG_SHARD_SHORT_SEC ? COG_SHARD_LONG : COG_SHARD_SHORT;

    if (known) {
        cog_shard_remove(shard, known);
    }
    return cog_shard_insert(shard, &item->key, item->value,
                            now + apr_time_from_sec(item->ttl_sec), kind);
}

static cog_err_t write_item(store_t *store, const cog_log_t *log, const item_t *item,
                            int may_replace)
{
    cog_shard_t *shard = shard_of(store, &item->key);
    cog_shard_index_t known;
    uint32_t dropped = 0;
    apr_time_t now;

    COG_REQUIRE(item->key.len <= COG_STORE_MAX_KEY, COG_E_INTERNAL);
    COG_REQUIRE(item->value.len <= COG_STORE_MAX_VALUE, COG_E_TOO_LARGE);
    COG_TRY(take(store, log, shard));
    now = now_of(store);
    shard->is_changing = 1;
    cog_shard_expire(shard, now);
    known = cog_shard_find(shard, &item->key, now);
    if (!known || may_replace) {
        dropped = put(shard, item, known, now);
    }
    shard->is_changing = 0;
    cog_shared_lock_give(&shard->lock);
    tell_of_dropped(store, log, now, dropped);
    if (is_nearly_full(shard)) {
        warn_when_nearly_full(store, log, now);
    }
    return known && !may_replace ? COG_E_EXISTS : COG_OK;
}

static cog_err_t set(void *context, const cog_log_t *log, const char *name,
                     cog_span_t value, int64_t ttl_sec)
{
    const item_t item = {cog_shard_key(name), value, ttl_sec};

    return write_item(context, log, &item, 1);
}

static cog_err_t add(void *context, const cog_log_t *log, const char *name,
                     cog_span_t value, int64_t ttl_sec)
{
    const item_t item = {cog_shard_key(name), value, ttl_sec};

    return write_item(context, log, &item, 0);
}

static cog_err_t remove_key(void *context, const cog_log_t *log, const char *name)
{
    store_t *store = context;
    cog_shard_key_t key = cog_shard_key(name);
    cog_shard_t *shard = shard_of(store, &key);
    cog_shard_index_t entry;

    COG_TRY(take(store, log, shard));
    entry = cog_shard_find(shard, &key, now_of(store));
    if (entry) {
        shard->is_changing = 1;
        cog_shard_remove(shard, entry);
        shard->is_changing = 0;
    }
    cog_shared_lock_give(&shard->lock);
    return COG_OK;
}

static void sweep(store_t *store, const cog_log_t *log, cog_shard_t *shard)
{
    if (take(store, log, shard) == COG_OK) {
        shard->is_changing = 1;
        cog_shard_expire(shard, now_of(store));
        shard->is_changing = 0;
        cog_shared_lock_give(&shard->lock);
    }
}

void cog_store_shm_sweep(const cog_store_t *port, const cog_log_t *log)
{
    store_t *store = port->context;
    cog_store_segment_t *segment = store->segment;

    for (size_t i = 0; i < segment->shards; ++i) {
        sweep(store, log, cog_store_segment_shard(segment, i));
    }
    warn_when_nearly_full(store, log, now_of(store));
}

cog_err_t cog_store_shm_open(apr_pool_t *pool, void *memory, const char *form,
                             const cog_clock_t *clock, cog_store_t *store)
{
    store_t *made;

    COG_REQUIRE(cog_store_segment_is_ready(memory), COG_E_MISCONFIGURED);
    made = apr_pcalloc(pool, sizeof(*made));
    made->segment = memory;
    made->form = form;
    made->clock = *clock;
    *store = (cog_store_t){made, get, set, add, remove_key};
    return COG_OK;
}
