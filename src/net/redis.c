#include "net/redis.h"

static cog_err_t get(void *context, apr_pool_t *pool, const cog_log_t *log,
                     const char *key, cog_span_t *value)
{
    (void)context;
    (void)pool;
    (void)log;
    (void)key;
    (void)value;
    return COG_E_STORE;
}

static cog_err_t set(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    (void)context;
    (void)log;
    (void)key;
    (void)value;
    (void)ttl_sec;
    return COG_E_STORE;
}

static cog_err_t drop(void *context, const cog_log_t *log, const char *key)
{
    (void)context;
    (void)log;
    (void)key;
    return COG_E_STORE;
}

cog_err_t cog_redis_make(apr_pool_t *conf_pool, const cog_redis_conf_t *conf,
                         cog_store_t *store)
{
    (void)conf_pool;
    *store = (cog_store_t){
        .context = NULL, .get = get, .set = set, .add = set, .remove = drop};
    return conf->host ? COG_OK : COG_E_MISCONFIGURED;
}
