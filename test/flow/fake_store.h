/* A store for tests: a table with a clock. Its port is thread-safe. */
#ifndef COG_TEST_FAKE_STORE_H
#define COG_TEST_FAKE_STORE_H

#include <apr_hash.h>
#include <apr_thread_mutex.h>
#include <stdint.h>

#include "flow/ports.h"

typedef struct {
    apr_pool_t *pool;
    apr_thread_mutex_t *lock;
    apr_hash_t *entries;
    const int64_t *now;               /* seconds since 1970: the test's clock */
    void *context;                    /* of `shall_fail` and `between` */
    int (*shall_fail)(void *context); /* asked once for each call; NULL: none fails */
    int is_down;                      /* every call fails */
    int calls;
    void (*between)(void *context); /* called before each call, by who makes it; NULL */
    /* in place of its own; NULL: its own */
    cog_err_t (*add)(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec);
} fake_store_t;

fake_store_t *fake_store_make(apr_pool_t *pool, const int64_t *now);

cog_store_t fake_store_port(fake_store_t *store);

/* How many live entries have a key that begins with `prefix`? */
int fake_store_count(const fake_store_t *store, const char *prefix);

/* Forget everything, as a store does that restarts. */
void fake_store_clear(fake_store_t *store);

/* Lose all whose key begins with `prefix`. */
void fake_store_drop(fake_store_t *store, const char *prefix);

#endif
