#include "test/unit/net/redis/redis_caller.h"

#include <apr_time.h>
#include <dirent.h>
#include <signal.h>

static int descriptors;

static int count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(folder)) {
        ++count;
    }
    closedir(folder);
    return count;
}

/* SIGPIPE ends the test, as it would end a program that has not heard of it. */
int redis_setup(void **state)
{
    signal(SIGPIPE, SIG_DFL);
    descriptors = count_descriptors();
    return pool_setup(state);
}

int redis_teardown(void **state)
{
    pool_teardown(state);
    return count_descriptors() == descriptors ? 0 : -1;
}

void caller_make(caller_t *caller)
{
    assert_int_equal(cog_redis_make(caller->pool, &caller->conf, &caller->store), COG_OK);
}

caller_t *caller_for(apr_pool_t *pool, const peer_t *peer)
{
    caller_t *caller = apr_pcalloc(pool, sizeof(*caller));

    caller->pool = pool;
    caller->log = kept_log_make(pool);
    caller->conf.host = "127.0.0.1";
    caller->conf.port = peer_port(peer);
    caller->conf.limit = LATE;
    caller_make(caller);
    return caller;
}

caller_t *caller_in_tls(apr_pool_t *pool, const peer_t *peer, const char *host,
                        const char *authorities)
{
    caller_t *caller = caller_for(pool, peer);

    caller->conf.host = host;
    caller->conf.has_tls = 1;
    caller->conf.ca_file = authorities;
    caller_make(caller);
    return caller;
}

cog_err_t call_get(caller_t *caller, const char *key)
{
    apr_time_t begin = apr_time_now();
    cog_err_t err;

    caller->value = (cog_span_t){NULL, 0};
    err = caller->store.get(caller->store.context, caller->pool, &caller->log->log, key,
                            &caller->value);
    caller->took = apr_time_now() - begin;
    return err;
}

cog_err_t call_set(caller_t *caller, const char *key, const char *value)
{
    apr_time_t begin = apr_time_now();
    cog_err_t err = caller->store.set(caller->store.context, &caller->log->log, key,
                                      cog_span_of(value), 60);

    caller->took = apr_time_now() - begin;
    return err;
}

cog_err_t call_add(caller_t *caller, const char *key, const char *value)
{
    apr_time_t begin = apr_time_now();
    cog_err_t err = caller->store.add(caller->store.context, &caller->log->log, key,
                                      cog_span_of(value), 60);

    caller->took = apr_time_now() - begin;
    return err;
}

cog_err_t call_remove(caller_t *caller, const char *key)
{
    apr_time_t begin = apr_time_now();
    cog_err_t err = caller->store.remove(caller->store.context, &caller->log->log, key);

    caller->took = apr_time_now() - begin;
    return err;
}

void assert_value(const caller_t *caller, const char *expected)
{
    assert_int_equal(caller->value.len, strlen(expected));
    assert_memory_equal(caller->value.bytes, expected, strlen(expected));
}
