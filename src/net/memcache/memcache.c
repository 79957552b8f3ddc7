#include "net/memcache/memcache.h"

#include <apr_strings.h>
#include <string.h>

#include "net/memcache/memcache_reply.h"
#include "net/server/key_hash.h"
#include "net/server/server.h"

#define ASK_ADDRESS "is there really a memcached server at this host and port?"
#define END_LEN     8
#define PACKET      8192

/* what memcached takes for a length of time, and not for a date */
#define MONTH_SEC ((apr_int64_t)30 * 86400)

typedef struct {
    cog_memcache_conf_t conf;
    cog_server_t *servers[COG_MEMCACHE_MAX_SERVERS];
} memcache_t;

/* One call of the port. */
typedef struct {
    cog_question_t question; /* the first: the server knows no more */
    const memcache_t *memcache;
    const char *verb;
    const char *key;
    cog_span_t value;
    int64_t ttl_sec; /* 0: the verb takes no value */
    cog_err_t (*judge)(const cog_memcache_reader_t *answer);
    apr_pool_t *pool; /* for a value */
    cog_memcache_reader_t answer;
} call_t;

static apr_time_t now_of(const memcache_t *memcache)
{
    return memcache->conf.clock.now(memcache->conf.clock.context);
}

static cog_server_t *server_of(const memcache_t *memcache, const char *key)
{
    return memcache->servers[(cog_key_hash(key) >> 32) % (uint64_t)memcache->conf.count];
}

/* ---- the command ---- */

/* Gathers what is written, so that it goes out in few pieces. */
typedef struct {
    cog_connection_t *connection;
    cog_fault_t *fault;
    size_t len;
    char bytes[PACKET];
} packet_t;

static cog_err_t flush(packet_t *packet)
{
    size_t len = packet->len;

    packet->len = 0;
    return cog_connection_write(packet->connection, packet->bytes, len, packet->fault);
}

static cog_err_t append(packet_t *packet, const void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        size_t room = sizeof(packet->bytes) - packet->len;
        size_t piece = len - done < room ? len - done : room;

        memcpy(packet->bytes + packet->len, (const char *)bytes + done, piece);
        packet->len += piece;
        done += piece;
        if (packet->len == sizeof(packet->bytes)) {
            COG_TRY(flush(packet));
        }
    }
    return COG_OK;
}

/* A second more, for those that memcached counts too early. */
static apr_int64_t expiry_of(const call_t *call, apr_time_t now)
{
    apr_int64_t seconds = call->ttl_sec + 1;

    return seconds > MONTH_SEC ? apr_time_sec(now) + seconds : seconds;
}

static void write_end(unsigned char *bytes, apr_time_t end)
{
    for (int i = 0; i < END_LEN; ++i) {
        bytes[i] = (unsigned char)((uint64_t)end >> (8 * (END_LEN - 1 - i)));
    }
}

static apr_time_t read_end(const unsigned char *bytes)
{
    uint64_t end = 0;

    for (int i = 0; i < END_LEN; ++i) {
        end = end << 8 | bytes[i];
    }
    return (apr_time_t)end;
}

/* Behind verb and key: 0 EXPIRY LENGTH, and then the value with its end in front. */
static cog_err_t append_value(packet_t *packet, const call_t *call)
{
    apr_time_t now = now_of(call->memcache);
    unsigned char end[END_LEN];
    char head[80];
    int len = apr_snprintf(head, sizeof(head),
                           " 0 %" APR_INT64_T_FMT " %" APR_SIZE_T_FMT "\r\n",
                           expiry_of(call, now), call->value.len + END_LEN);

    write_end(end, now + apr_time_from_sec(call->ttl_sec));
    COG_TRY(append(packet, head, (size_t)len));
    COG_TRY(append(packet, end, sizeof(end)));
    return append(packet, call->value.bytes, call->value.len);
}

static cog_err_t send_command(call_t *call, cog_connection_t *connection)
{
    packet_t packet = {.connection = connection, .fault = &call->question.fault};

    COG_TRY(append(&packet, call->verb, strlen(call->verb)));
    COG_TRY(append(&packet, " ", 1));
    COG_TRY(append(&packet, call->key, strlen(call->key)));
    if (call->ttl_sec > 0) {
        COG_TRY(append_value(&packet, call));
    }
    COG_TRY(append(&packet, "\r\n", 2));
    call->question.is_sent = 1;
    return flush(&packet);
}

/* ---- the answer ---- */

static cog_err_t read_answer(call_t *call, cog_connection_t *connection)
{
    cog_fault_t *fault = &call->question.fault;
    int is_complete = 0;

    cog_memcache_reader_begin(&call->answer, call->pool, call->key);
    while (!is_complete) {
        char bytes[PACKET];
        size_t len;

        COG_TRY(cog_connection_read(connection, bytes, sizeof(bytes), &len, fault));
        call->question.is_answered = 1;
        if (cog_memcache_reader_feed(&call->answer, bytes, len, &is_complete) != COG_OK) {
            return cog_fault_set(fault, ASK_ADDRESS,
                                 "its answer is broken, or none of memcached's");
        }
    }
    return COG_OK;
}

/* It works, and others may be answered all the same. */
static cog_err_t refuse(cog_fault_t *fault, const char *remedy, const char *cause)
{
    cog_fault_set(fault, remedy, "%s", cause);
    fault->is_of_command = 1;
    return COG_E_STORE;
}

static cog_err_t tell_unexpected(const cog_memcache_reader_t *answer, cog_fault_t *fault)
{
    switch (answer->kind) {
    case COG_MEMCACHE_NO_MEMORY:
        return refuse(fault, "give memcached more memory (-m)", "it has no memory left");
    case COG_MEMCACHE_TOO_LARGE:
        return refuse(fault, "start memcached with larger items (-I 1m)",
                      "the value is too large for it");
    case COG_MEMCACHE_REFUSED:
        return refuse(fault, "look into its log, if it has one",
                      "it has refused a command");
    default:
        return cog_fault_set(fault, ASK_ADDRESS,
                             "its answer does not fit what it was asked");
    }
}

static cog_err_t ask(cog_question_t *question, cog_connection_t *connection)
{
    call_t *call = (call_t *)question;
    cog_err_t err;

    COG_TRY(send_command(call, connection));
    COG_TRY(read_answer(call, connection));
    err = call->judge(&call->answer);
    return err == COG_E_STORE ? tell_unexpected(&call->answer, &question->fault) : err;
}

/* ---- the port ---- */

static cog_err_t judge_get(const cog_memcache_reader_t *answer)
{
    if (answer->kind == COG_MEMCACHE_VALUE) {
        return answer->value.len >= END_LEN ? COG_OK : COG_E_STORE;
    }
    return answer->kind == COG_MEMCACHE_NOTHING ? COG_E_NOT_FOUND : COG_E_STORE;
}

static cog_err_t judge_set(const cog_memcache_reader_t *answer)
{
    return answer->kind == COG_MEMCACHE_STORED ? COG_OK : COG_E_STORE;
}

static cog_err_t judge_add(const cog_memcache_reader_t *answer)
{
    return answer->kind == COG_MEMCACHE_NOT_STORED ? COG_E_EXISTS : judge_set(answer);
}

static cog_err_t judge_remove(const cog_memcache_reader_t *answer)
{
    return answer->kind == COG_MEMCACHE_DELETED || answer->kind == COG_MEMCACHE_NOT_FOUND
               ? COG_OK
               : COG_E_STORE;
}

static cog_err_t run(const memcache_t *memcache, const cog_log_t *log, call_t *call)
{
    size_t len = strlen(call->key);

    COG_REQUIRE(len > 0 && len <= COG_STORE_MAX_KEY, COG_E_INTERNAL);
    COG_REQUIRE(call->value.len <= COG_STORE_MAX_VALUE, COG_E_TOO_LARGE);
    call->memcache = memcache;
    call->question.ask = ask;
    return cog_server_ask(server_of(memcache, call->key), log, &call->question);
}

static cog_err_t get(void *context, apr_pool_t *pool, const cog_log_t *log,
                     const char *key, cog_span_t *value)
{
    call_t call = {.verb = "get", .key = key, .judge = judge_get, .pool = pool};
    const cog_span_t *found = &call.answer.value;

    call.question.may_be_repeated = 1;
    COG_TRY(run(context, log, &call));
    COG_REQUIRE(read_end(found->bytes) > now_of(context), COG_E_NOT_FOUND);
    *value = (cog_span_t){found->bytes + END_LEN, found->len - END_LEN};
    return COG_OK;
}

static cog_err_t set(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    call_t call = {.verb = "set",
                   .key = key,
                   .value = value,
                   .ttl_sec = ttl_sec,
                   .judge = judge_set};

    call.question.may_be_repeated = 1;
    return run(context, log, &call);
}

/* Done twice it would find what it has added itself. */
static cog_err_t add(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    call_t call = {.verb = "add",
                   .key = key,
                   .value = value,
                   .ttl_sec = ttl_sec,
                   .judge = judge_add};

    return run(context, log, &call);
}

static cog_err_t remove_key(void *context, const cog_log_t *log, const char *key)
{
    call_t call = {.verb = "delete", .key = key, .judge = judge_remove};

    call.question.may_be_repeated = 1;
    return run(context, log, &call);
}

cog_err_t cog_memcache_make(apr_pool_t *conf_pool, const cog_memcache_conf_t *conf,
                            cog_store_t *store)
{
    memcache_t *memcache = apr_pcalloc(conf_pool, sizeof(*memcache));

    memcache->conf = *conf;
    for (int i = 0; i < conf->count; ++i) {
        const cog_server_options_t server = {.kind = "memcached",
                                             .host = conf->hosts[i],
                                             .port = conf->ports[i],
                                             .limit = conf->limit};

        COG_TRY(cog_server_make(conf_pool, &server, &memcache->servers[i]));
    }
    *store = (cog_store_t){memcache, get, set, add, remove_key};
    return COG_OK;
}
