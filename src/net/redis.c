#include "net/redis.h"

#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <string.h>

#include "net/breaker.h"
#include "net/connection_pool.h"
#include "net/monotonic.h"
#include "net/redis_command.h"

/* a little less than the port promises: giving up takes time too */
#define LIMIT         (450 * APR_TIME_C(1000))
#define WARN_INTERVAL apr_time_from_sec(10)

typedef struct {
    cog_redis_conf_t conf;
    const char *name; /* host:port */
    cog_endpoint_t endpoint;
    cog_connection_pool_t *idle;
    apr_thread_mutex_t *lock; /* of what follows; never held while the server is asked */
    cog_breaker_t breaker;
    apr_time_t next_warning;
} redis_t;

/* What the answer means: an error of the port, or cog_redis_unexpected(). */
typedef cog_err_t (*judge_t)(cog_redis_exchange_t *exchange);

/* One call of the port. */
typedef struct {
    cog_redis_command_t command;
    judge_t judge;
    int may_be_repeated; /* even when it may have been done */
    apr_time_t deadline;
    cog_redis_exchange_t exchange;
} call_t;

/* ---- one question, over a kept connection or a fresh one ---- */

static cog_err_t exchange_over(redis_t *redis, call_t *call, cog_connection_t *connection)
{
    cog_err_t err;

    connection->deadline = call->deadline;
    err = cog_redis_exchange(connection, &call->command, &call->exchange);
    if (err == COG_OK) {
        err = call->judge(&call->exchange);
    }
    if (err == COG_E_STORE) {
        cog_connection_close(connection);
    }
    else {
        cog_connection_pool_give(redis->idle, cog_monotonic_now(), connection);
    }
    return err;
}

/* A connection that the server has closed tells so at its next use only. */
static int is_worth_another_try(const call_t *call)
{
    return call->exchange.fault.is_gone && !call->exchange.is_answered &&
           (call->may_be_repeated || !call->exchange.is_sent);
}

static cog_err_t open_fresh(redis_t *redis, call_t *call, cog_connection_t *connection)
{
    const cog_redis_conf_t *conf = &redis->conf;
    cog_fault_t *fault = &call->exchange.fault;
    cog_err_t err;

    COG_TRY(cog_connection_open(&redis->endpoint, call->deadline, connection, fault));
    err = cog_redis_log_in(connection, conf->user, conf->password, conf->database, fault);
    if (err != COG_OK) {
        cog_connection_close(connection);
    }
    return err;
}

static cog_err_t ask(redis_t *redis, call_t *call)
{
    cog_connection_t connection;

    if (cog_connection_pool_take(redis->idle, cog_monotonic_now(), &connection)) {
        cog_err_t err = exchange_over(redis, call, &connection);

        if (err != COG_E_STORE || !is_worth_another_try(call)) {
            return err;
        }
    }
    COG_TRY(open_fresh(redis, call, &connection));
    return exchange_over(redis, call, &connection);
}

/* ---- whether to ask, and what becomes known of the server ---- */

static int may_ask(redis_t *redis)
{
    int may;

    apr_thread_mutex_lock(redis->lock);
    may = cog_breaker_allows(&redis->breaker, cog_monotonic_now());
    apr_thread_mutex_unlock(redis->lock);
    return may;
}

static void note_answer(redis_t *redis, const cog_log_t *log)
{
    int has_closed;

    apr_thread_mutex_lock(redis->lock);
    has_closed = cog_breaker_worked(&redis->breaker);
    apr_thread_mutex_unlock(redis->lock);
    if (has_closed) {
        COG_LOG(log, INFO, 2202, "Redis at %s works again", redis->name);
    }
}

/* A warning, unless there was one a short while ago. Call with the lock held. */
static cog_log_level_t level_now(redis_t *redis, apr_time_t now)
{
    if (redis->breaker.is_open || now < redis->next_warning) {
        return COG_LOG_DEBUG;
    }
    redis->next_warning = now + WARN_INTERVAL;
    return COG_LOG_WARNING;
}

static void note_fault(redis_t *redis, const cog_log_t *log, const cog_fault_t *fault)
{
    apr_time_t now = cog_monotonic_now();
    cog_log_level_t level;
    int has_opened;

    apr_thread_mutex_lock(redis->lock);
    level = level_now(redis, now);
    has_opened = !fault->is_of_command && cog_breaker_failed(&redis->breaker, now);
    apr_thread_mutex_unlock(redis->lock);
    COG_LOG_AT(log, level, 2200, "Redis at %s: %s; %s", redis->name, fault->cause,
               fault->remedy);
    if (has_opened) {
        COG_LOG(log, WARNING, 2201,
                "Redis at %s has failed %d times in a row and is now asked once a second "
                "only, until it works: %s; %s",
                redis->name, COG_BREAKER_FAILURES, fault->cause, fault->remedy);
    }
}

static cog_err_t run(redis_t *redis, const cog_log_t *log, call_t *call)
{
    cog_err_t err;

    if (!may_ask(redis)) {
        COG_LOG(log, DEBUG, 2203, "Redis at %s is not asked: it has just failed",
                redis->name);
        return COG_E_STORE;
    }
    call->deadline = cog_monotonic_now() + redis->conf.limit;
    err = ask(redis, call);
    if (err == COG_E_STORE) {
        note_fault(redis, log, &call->exchange.fault);
    }
    if (err != COG_E_STORE || call->exchange.fault.is_of_command) {
        note_answer(redis, log);
    }
    return err;
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

static void add_word(call_t *call, const char *word)
{
    cog_redis_command_add(&call->command, word, strlen(word));
}

static cog_err_t begin(call_t *call, const char *verb, const char *key)
{
    size_t len = strlen(key);

    COG_REQUIRE(len > 0 && len <= COG_STORE_MAX_KEY, COG_E_INTERNAL);
    add_word(call, verb);
    cog_redis_command_add(&call->command, key, len);
    return COG_OK;
}

static cog_err_t get(void *context, apr_pool_t *pool, const cog_log_t *log,
                     const char *key, cog_span_t *value)
{
    call_t call = {.judge = judge_get, .may_be_repeated = 1};

    call.exchange.reply.pool = pool;
    COG_TRY(begin(&call, "GET", key));
    COG_TRY(run(context, log, &call));
    *value = call.exchange.reply.value;
    return COG_OK;
}

/* What SET takes behind the key: the value and its life. */
static cog_err_t write_value(redis_t *redis, const cog_log_t *log, call_t *call,
                             cog_span_t value, int64_t ttl_sec)
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
    return run(redis, log, call);
}

static cog_err_t set(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    call_t call = {.judge = judge_set, .may_be_repeated = 1};

    COG_TRY(begin(&call, "SET", key));
    return write_value(context, log, &call, value, ttl_sec);
}

/* Done twice it would find what it has added itself. */
static cog_err_t add(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    call_t call = {.judge = judge_add, .may_be_repeated = 0};

    COG_TRY(begin(&call, "SET", key));
    return write_value(context, log, &call, value, ttl_sec);
}

static cog_err_t remove_key(void *context, const cog_log_t *log, const char *key)
{
    call_t call = {.judge = judge_remove, .may_be_repeated = 1};

    COG_TRY(begin(&call, "DEL", key));
    return run(context, log, &call);
}

static cog_err_t make_parts(apr_pool_t *conf_pool, redis_t *redis)
{
    const cog_redis_conf_t *conf = &redis->conf;

    redis->name = apr_psprintf(conf_pool, strchr(conf->host, ':') ? "[%s]:%d" : "%s:%d",
                               conf->host, conf->port);
    redis->endpoint.host = conf->host;
    COG_TRY(cog_resolver_make(conf_pool, conf->host, conf->port, getaddrinfo,
                              &redis->endpoint.resolver));
    if (conf->has_tls) {
        COG_TRY(cog_tls_make(conf_pool, conf->ca_file, &redis->endpoint.tls));
    }
    COG_REQUIRE(apr_thread_mutex_create(&redis->lock, APR_THREAD_MUTEX_DEFAULT,
                                        conf_pool) == APR_SUCCESS,
                COG_E_INTERNAL);
    return cog_connection_pool_make(conf_pool, &redis->idle);
}

cog_err_t cog_redis_make(apr_pool_t *conf_pool, const cog_redis_conf_t *conf,
                         cog_store_t *store)
{
    redis_t *redis = apr_pcalloc(conf_pool, sizeof(*redis));

    redis->conf = *conf;
    redis->conf.limit = conf->limit > 0 ? conf->limit : LIMIT;
    COG_TRY(make_parts(conf_pool, redis));
    *store = (cog_store_t){redis, get, set, add, remove_key};
    return COG_OK;
}
