#include "net/redis/redis_reply.h"

#include <apr_strings.h>
#include <hiredis/hiredis.h>
#include <string.h>

#include "flow/ports.h"

/* the longest value, its length and two ends of lines */
#define MAX_REPLY (COG_STORE_MAX_VALUE + 16)
/* a cluster of hundreds of nodes with long names */
#define MAX_MAP (512 * 1024)
/* arrays inside of each other: all, a range, a node, what is known of it; one to spare */
#define MAX_DEPTH 5

/* hiredis 0.14 counts an array's elements with an int */
#if HIREDIS_MAJOR > 0
typedef size_t array_len_t;
#else
typedef int array_len_t;
#endif

/* ---- hiredis calls these; its reader keeps nothing ---- */

static void *take_line(cog_redis_reply_t *reply, cog_redis_kind_t kind, const char *bytes,
                       size_t len)
{
    size_t room = sizeof(reply->line) - 1;

    reply->kind = kind;
    apr_cpystrn(reply->line, bytes, (len < room ? len : room) + 1);
    return reply;
}

static void *take_value(cog_redis_reply_t *reply, const char *bytes, size_t len)
{
    if (len > COG_STORE_MAX_VALUE) {
        return NULL;
    }
    reply->kind = COG_REPLY_VALUE;
    reply->value.len = len;
    if (reply->pool) {
        reply->value.bytes =
            (const unsigned char *)apr_pstrmemdup(reply->pool, bytes, len);
    }
    return reply;
}

static cog_slot_place_t place_of(const redisReadTask *task)
{
    cog_slot_place_t place = {.item = task->idx};

    for (const redisReadTask *above = task->parent; above; above = above->parent) {
        ++place.depth;
    }
    place.member = place.depth == 3 ? task->parent->idx : task->idx;
    return place;
}

static void *take_text_of_map(const redisReadTask *task, const char *bytes, size_t len)
{
    cog_redis_reply_t *reply = task->privdata;
    cog_slot_place_t place = place_of(task);

    return cog_slot_map_take_text(reply->map, &place, bytes, len) == COG_OK ? reply
                                                                            : NULL;
}

static void *take_text(const redisReadTask *task, char *bytes, size_t len)
{
    if (task->parent) {
        return take_text_of_map(task, bytes, len);
    }
    switch (task->type) {
    case REDIS_REPLY_STATUS:
        return take_line(task->privdata, COG_REPLY_STATUS, bytes, len);
    case REDIS_REPLY_ERROR:
        return take_line(task->privdata, COG_REPLY_ERROR, bytes, len);
    case REDIS_REPLY_STRING:
        return take_value(task->privdata, bytes, len);
    default:
        return NULL;
    }
}

static void *take_number(const redisReadTask *task, long long number)
{
    cog_redis_reply_t *reply = task->privdata;

    if (task->parent) {
        cog_slot_place_t place = place_of(task);

        return cog_slot_map_take_number(reply->map, &place, number) == COG_OK ? reply
                                                                              : NULL;
    }
    reply->kind = COG_REPLY_NUMBER;
    reply->number = number;
    return reply;
}

static void *take_nothing(const redisReadTask *task)
{
    cog_redis_reply_t *reply = task->privdata;

    if (!task->parent) {
        reply->kind = COG_REPLY_NOTHING;
    }
    return reply;
}

static void *take_array(const redisReadTask *task, array_len_t len)
{
    cog_redis_reply_t *reply = task->privdata;

    (void)len;
    if (place_of(task).depth >= MAX_DEPTH) {
        return NULL; /* hiredis 1 has no limit of its own */
    }
    reply->kind = COG_REPLY_MAP;
    return reply;
}

static void let_go(void *reply)
{
    (void)reply;
}

/* What is not named here never comes: see may_begin(). hiredis does not change it. */
static redisReplyObjectFunctions functions = {.createString = take_text,
                                              .createArray = take_array,
                                              .createInteger = take_number,
                                              .createNil = take_nothing,
                                              .freeObject = let_go};

/* ---- what stands around it ---- */

cog_err_t cog_redis_reader_begin(cog_redis_reader_t *reader, cog_redis_reply_t *reply)
{
    *reader = (cog_redis_reader_t){.reply = reply};
    reader->reader = redisReaderCreateWithFunctions(&functions);
    COG_REQUIRE(reader->reader, COG_E_STORE);
    reader->reader->privdata = reply;
    return COG_OK;
}

void cog_redis_reader_end(cog_redis_reader_t *reader)
{
    redisReaderFree(reader->reader);
    reader->reader = NULL;
}

/* Neither arrays that nobody asked for, nor the types of RESP3. */
static int may_begin(const cog_redis_reply_t *reply, char first)
{
    return first == '+' || first == '-' || first == ':' || first == '$' ||
           (first == '*' && reply->map);
}

static void keep_last(cog_redis_reader_t *reader, const char *bytes, size_t len)
{
    reader->last[0] = len > 1 ? (unsigned char)bytes[len - 2] : reader->last[1];
    reader->last[1] = (unsigned char)bytes[len - 1];
    reader->received += len;
}

/* One command is under way, so nothing may follow; hiredis does not look at the last two
 * bytes of a value. */
static int is_well_ended(const cog_redis_reader_t *reader)
{
    return reader->reader->pos == reader->reader->len && reader->last[0] == '\r' &&
           reader->last[1] == '\n';
}

cog_err_t cog_redis_reader_feed(cog_redis_reader_t *reader, const char *bytes, size_t len,
                                int *is_complete)
{
    size_t limit = reader->reply->map ? MAX_MAP : MAX_REPLY;
    void *reply = NULL;

    COG_REQUIRE(len > 0 && len <= limit - reader->received, COG_E_STORE);
    COG_REQUIRE(reader->received > 0 || may_begin(reader->reply, bytes[0]), COG_E_STORE);
    keep_last(reader, bytes, len);
    COG_REQUIRE(redisReaderFeed(reader->reader, bytes, len) == REDIS_OK, COG_E_STORE);
    COG_REQUIRE(redisReaderGetReply(reader->reader, &reply) == REDIS_OK, COG_E_STORE);
    COG_REQUIRE(!reply || is_well_ended(reader), COG_E_STORE);
    *is_complete = reply != NULL;
    return COG_OK;
}
