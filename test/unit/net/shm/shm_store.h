/* A store in shared memory, with a clock and a log of the test's. */
#ifndef COG_TEST_SHM_STORE_H
#define COG_TEST_SHM_STORE_H

#include "test/unit/unit.h"

#include "net/shm/store_shm.h"
#include "test/unit/kept_log.h"

#define MB ((apr_size_t)1024 * 1024)

typedef struct {
    apr_pool_t *pool;
    apr_time_t now;
    void *memory;
    cog_store_t store;
    kept_log_t *log;
} shm_store_t;

/* An empty one; the clock of it. */
shm_store_t *shm_make(apr_pool_t *pool, apr_size_t size);
cog_clock_t shm_clock(shm_store_t *f);

/* So many zeros; whatever value there is. */
cog_err_t shm_set(shm_store_t *f, const char *key, size_t len, int64_t ttl_sec);
cog_err_t shm_get(shm_store_t *f, const char *key);

/* The key of some session. */
const char *shm_session(shm_store_t *f, int i);

#endif
