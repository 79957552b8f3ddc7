#include "test/flow/fake_store.h"

#include "test/unit/unit.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

typedef struct {
    cog_span_t value;
    int64_t end;
} entry_t;

/* Only sealed values under sane keys may reach a store. */
static void check_key(const char *key)
{
    assert_true(*key && strlen(key) <= COG_STORE_MAX_KEY);
    for (const char *c = key; *c; ++c) {
        assert_true(*c > ' ' && *c < 127);
    }
}

static int is_failing(fake_store_t *store)
{
    ++store->calls;
    return store->is_down || (store->shall_fail && store->shall_fail(store->context));
}

static entry_t *find(const fake_store_t *store, const char *key)
{
    entry_t *entry = apr_hash_get(store->entries, key, APR_HASH_KEY_STRING);

    return entry && entry->end > *store->now ? entry : NULL;
}

static cog_err_t get(void *context, apr_pool_t *pool, const cog_log_t *log,
                     const char *key, cog_span_t *value)
{
    fake_store_t *store = context;
    const entry_t *entry;

    (void)log;
    check_key(key);
    COG_REQUIRE(!is_failing(store), COG_E_STORE);
    entry = find(store, key);
    COG_REQUIRE(entry, COG_E_NOT_FOUND);
    value->bytes = apr_pmemdup(pool, entry->value.bytes, entry->value.len);
    value->len = entry->value.len;
    return COG_OK;
}

static cog_err_t set(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    fake_store_t *store = context;
    entry_t *entry = apr_palloc(store->pool, sizeof(*entry));

    (void)log;
    check_key(key);
    assert_true(ttl_sec > 0);
    assert_true(value.len <= COG_STORE_MAX_VALUE);
    COG_REQUIRE(!is_failing(store), COG_E_STORE);
    entry->value.bytes = apr_pmemdup(store->pool, value.bytes, value.len);
    entry->value.len = value.len;
    entry->end = *store->now + ttl_sec;
    apr_hash_set(store->entries, apr_pstrdup(store->pool, key), APR_HASH_KEY_STRING,
                 entry);
    return COG_OK;
}

static cog_err_t add(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    COG_REQUIRE(!find(context, key), COG_E_EXISTS);
    return set(context, log, key, value, ttl_sec);
}

static cog_err_t remove_entry(void *context, const cog_log_t *log, const char *key)
{
    fake_store_t *store = context;

    (void)log;
    check_key(key);
    COG_REQUIRE(!is_failing(store), COG_E_STORE);
    apr_hash_set(store->entries, key, APR_HASH_KEY_STRING, NULL);
    return COG_OK;
}

/* ---- the same, by one thread at a time ---- */

static fake_store_t *lock(void *context)
{
    fake_store_t *store = context;

    if (store->between) {
        store->between(store->context);
    }
    apr_thread_mutex_lock(store->lock);
    return store;
}

static cog_err_t unlock(fake_store_t *store, cog_err_t err)
{
    apr_thread_mutex_unlock(store->lock);
    return err;
}

static cog_err_t locked_get(void *context, apr_pool_t *pool, const cog_log_t *log,
                            const char *key, cog_span_t *value)
{
    fake_store_t *store = lock(context);

    return unlock(store, get(store, pool, log, key, value));
}

static cog_err_t locked_set(void *context, const cog_log_t *log, const char *key,
                            cog_span_t value, int64_t ttl_sec)
{
    fake_store_t *store = lock(context);

    return unlock(store, set(store, log, key, value, ttl_sec));
}

static cog_err_t locked_add(void *context, const cog_log_t *log, const char *key,
                            cog_span_t value, int64_t ttl_sec)
{
    fake_store_t *store = lock(context);

    return unlock(store, add(store, log, key, value, ttl_sec));
}

static cog_err_t locked_remove(void *context, const cog_log_t *log, const char *key)
{
    fake_store_t *store = lock(context);

    return unlock(store, remove_entry(store, log, key));
}

fake_store_t *fake_store_make(apr_pool_t *pool, const int64_t *now)
{
    fake_store_t *store = apr_pcalloc(pool, sizeof(*store));

    assert_int_equal(
        apr_thread_mutex_create(&store->lock, APR_THREAD_MUTEX_DEFAULT, pool),
        APR_SUCCESS);
    store->pool = pool;
    store->entries = apr_hash_make(pool);
    store->now = now;
    return store;
}

cog_store_t fake_store_port(fake_store_t *store)
{
    return (cog_store_t){store, locked_get, locked_set,
                         store->add ? store->add : locked_add, locked_remove};
}

int fake_store_count(const fake_store_t *store, const char *prefix)
{
    int count = 0;

    for (apr_hash_index_t *i = apr_hash_first(store->pool, store->entries); i;
         i = apr_hash_next(i)) {
        const char *key = apr_hash_this_key(i);

        count += cog_text_begins(key, prefix) && find(store, key) != NULL;
    }
    return count;
}

void fake_store_drop(fake_store_t *store, const char *prefix)
{
    for (apr_hash_index_t *i = apr_hash_first(store->pool, store->entries); i;
         i = apr_hash_next(i)) {
        const char *key = apr_hash_this_key(i);

        if (cog_text_begins(key, prefix)) {
            apr_hash_set(store->entries, key, APR_HASH_KEY_STRING, NULL);
        }
    }
}

void fake_store_clear(fake_store_t *store)
{
    apr_hash_clear(store->entries);
}
