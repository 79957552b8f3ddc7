#include "test/unit/net/shm/shm_store.h"

#include <apr_shm.h>
#include <apr_strings.h>

#include "net/shm/store_segment.h"

static apr_time_t now_of(void *context)
{
    return *(apr_time_t *)context;
}

cog_clock_t shm_clock(shm_store_t *f)
{
    return (cog_clock_t){&f->now, now_of, NULL};
}

shm_store_t *shm_make(apr_pool_t *pool, apr_size_t size)
{
    shm_store_t *f = apr_pcalloc(pool, sizeof(*f));
    const cog_clock_t clock = shm_clock(f);
    apr_shm_t *memory;

    f->pool = pool;
    f->now = apr_time_from_sec(1700000000);
    f->log = kept_log_make(pool);
    assert_int_equal(apr_shm_create(&memory, cog_store_segment_size(size), NULL, pool),
                     0);
    f->memory = apr_shm_baseaddr_get(memory);
    assert_result("format", cog_store_segment_format(f->memory, size), COG_OK);
    assert_result("open", cog_store_shm_open(pool, f->memory, "shmcb", &clock, &f->store),
                  COG_OK);
    return f;
}

cog_err_t shm_set(shm_store_t *f, const char *key, size_t len, int64_t ttl_sec)
{
    unsigned char *bytes = apr_pcalloc(f->pool, len + 1);

    return f->store.set(f->store.context, &f->log->log, key, (cog_span_t){bytes, len},
                        ttl_sec);
}

cog_err_t shm_get(shm_store_t *f, const char *key)
{
    cog_span_t value;

    return f->store.get(f->store.context, f->pool, &f->log->log, key, &value);
}

const char *shm_session(shm_store_t *f, int i)
{
    return apr_psprintf(f->pool, "session.%022d.of-some-client", i);
}
