#include "net/redis/redis.h"

#include <apr_strings.h>
#include <string.h>

#include "net/redis/cluster.h"

typedef struct {
    cog_redis_conf_t conf;
    cog_cluster_t *cluster; /* of one server, mostly */
} redis_t;

static cog_err_t log_in(void *context, cog_connection_t *connection, cog_fault_t *fault)
{
    const redis_t *redis = context;
    const cog_redis_conf_t *conf = &redis->conf;

    return cog_redis_log_in(connection, conf->user, conf->password, conf->database,
                            fault);
}

/* ---- the port ---- */

static cog_err_t judge_get(cog_redis_exchange_t *exchange)
{
    switch (exchange->reply.kind) {
    case COG_REPLY_VALUE:
        return COG_OK;
    case COG_REPLY_NOTHING:
        return COG_E_NOT_FOUND;
    default:
        return cog_redis_unexpected(exchange);
    }
}

static cog_err_t judge_set(cog_redis_exchange_t *exchange)
{
    return cog_redis_is_ok(&exchange->reply) ? COG_OK : cog_redis_unexpected(exchange);
}

static cog_err_t judge_add(cog_redis_exchange_t *exchange)
{
    return exchange->reply.kind == COG_REPLY_NOTHING ? COG_E_EXISTS : judge_set(exchange);
}

static cog_err_t judge_remove(cog_redis_exchange_t *exchange)
{
    const cog_redis_reply_t *reply = &exchange->reply;
    int is_count = reply->kind == COG_REPLY_NUMBER && reply->number >= 0;

    return is_count && reply->number <= 1 ? COG_OK : cog_redis_unexpected(exchange);
}

static void add_word(cog_redis_call_t *call, const char *word)
{
    cog_redis_command_add(&call->command, word, strlen(word));
}

static cog_err_t begin(cog_redis_call_t *call, const char *verb, const char *key)
{
    size_t len = strlen(key);

    COG_REQUIRE(len > 0 && len <= COG_STORE_MAX_KEY, COG_E_INTERNAL);
    call->key = key;
    add_word(call, verb);
    cog_redis_command_add(&call->command, key, len);
    return COG_OK;
}

static cog_err_t get(void *context, apr_pool_t *pool, const cog_log_t *log,
                     const char *key, cog_span_t *value)
{
    const redis_t *redis = context;
    cog_redis_call_t call = {.judge = judge_get, .question.may_be_repeated = 1};

    call.exchange.reply.pool = pool;
    COG_TRY(begin(&call, "GET", key));
    COG_TRY(cog_cluster_ask(redis->cluster, log, &call));
    *value = call.exchange.reply.value;
    return COG_OK;
}

/* What SET takes behind the key: the value and its life. */
static cog_err_t write_value(const redis_t *redis, const cog_log_t *log,
                             cog_redis_call_t *call, cog_span_t value, int64_t ttl_sec)
{
    char seconds[24];

    COG_REQUIRE(value.len <= COG_STORE_MAX_VALUE && ttl_sec > 0, COG_E_INTERNAL);
    apr_snprintf(seconds, sizeof(seconds), "%" APR_INT64_T_FMT, ttl_sec);
    cog_redis_command_add(&call->command, (const char *)value.bytes, value.len);
    add_word(call, "EX");
    add_word(call, seconds);
    if (call->judge == judge_add) {
        add_word(call, "NX");
    }
    return cog_cluster_ask(redis->cluster, log, call);
}

static cog_err_t set(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    cog_redis_call_t call = {.judge = judge_set, .question.may_be_repeated = 1};

    COG_TRY(begin(&call, "SET", key));
    return write_value(context, log, &call, value, ttl_sec);
}

/* Done twice it would find what it has added itself. */
static cog_err_t add(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    cog_redis_call_t call = {.judge = judge_add, .question.may_be_repeated = 0};

    COG_TRY(begin(&call, "SET", key));
    return write_value(context, log, &call, value, ttl_sec);
}

static cog_err_t remove_key(void *context, const cog_log_t *log, const char *key)
{
    const redis_t *redis = context;
    cog_redis_call_t call = {.judge = judge_remove, .question.may_be_repeated = 1};

    COG_TRY(begin(&call, "DEL", key));
    return cog_cluster_ask(redis->cluster, log, &call);
}

cog_err_t cog_redis_make(apr_pool_t *conf_pool, const cog_redis_conf_t *conf,
                         cog_store_t *store)
{
    redis_t *redis = apr_pcalloc(conf_pool, sizeof(*redis));
    const cog_server_options_t server = {.kind = "Redis",
                                         .host = conf->host,
                                         .port = conf->port,
                                         .has_tls = conf->has_tls,
                                         .ca_file = conf->ca_file,
                                         .certificate = conf->certificate,
                                         .limit = conf->limit,
                                         .greet = log_in,
                                         .context = redis};

    redis->conf = *conf;
    COG_TRY(cog_cluster_make(conf_pool, &server, &redis->cluster));
    *store = (cog_store_t){redis, get, set, add, remove_key};
    return COG_OK;
}

int cog_redis_count(const cog_store_t *store)
{
    const redis_t *redis = store->context;

    return cog_cluster_count(redis->cluster);
}
