/* A store over Redis and the log of its calls, for tests. */
#ifndef COG_TEST_REDIS_CALLER_H
#define COG_TEST_REDIS_CALLER_H

#include "test/unit/unit.h"

#include "net/redis/redis.h"
#include "test/unit/kept_log.h"
#include "test/unit/net/redis/redis_peer.h"

#define MILLI ((apr_interval_time_t)1000)
/* what the port promises */
#define HALF_A_SECOND (500 * MILLI)
/* longer than anything here needs on a busy machine */
#define LATE apr_time_from_sec(10)

typedef struct {
    apr_pool_t *pool;
    kept_log_t *log;
    cog_redis_conf_t conf;
    cog_store_t store;
    cog_span_t value; /* what the last get() gave */
    apr_interval_time_t took;
} caller_t;

/* For the peer, at 127.0.0.1, in plain, with a patient limit. */
caller_t *caller_for(apr_pool_t *pool, const peer_t *peer);
/* The same over TLS, by this name, with authorities of its own. */
caller_t *caller_in_tls(apr_pool_t *pool, const peer_t *peer, const char *host,
                        const char *authorities);
/* After a change of `conf`. */
void caller_make(caller_t *caller);

cog_err_t call_get(caller_t *caller, const char *key);
cog_err_t call_set(caller_t *caller, const char *key, const char *value);
cog_err_t call_add(caller_t *caller, const char *key, const char *value);
cog_err_t call_remove(caller_t *caller, const char *key);

/* cmocka fixtures, like pool_setup(): whatever the test does, no descriptor is left. */
int redis_setup(void **state);
int redis_teardown(void **state);
#define cmocka_unit_test_for_redis(test)                                                 \
    cmocka_unit_test_setup_teardown(test, redis_setup, redis_teardown)

/* The last get() gave just this text. */
void assert_value(const caller_t *caller, const char *expected);

#endif
