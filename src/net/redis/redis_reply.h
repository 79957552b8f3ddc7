/* One answer of a Redis server, read from foreign bytes: bounded in size and shape. */
#ifndef COG_NET_REDIS_REPLY_H
#define COG_NET_REDIS_REPLY_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/span.h"
#include "net/redis/slot_map.h"

typedef enum {
    COG_REPLY_STATUS,  /* +OK */
    COG_REPLY_ERROR,   /* -ERR ... */
    COG_REPLY_NUMBER,  /* :1 */
    COG_REPLY_VALUE,   /* $5 and five bytes */
    COG_REPLY_NOTHING, /* $-1 */
    COG_REPLY_MAP      /* *3 and more, of CLUSTER SLOTS */
} cog_redis_kind_t;

typedef struct {
    cog_redis_kind_t kind;
    long long number;
    /* how a status or an error begins, with room for MOVED; not fit for a log */
    char line[COG_NODE_MAX_HOST + 32];
    apr_pool_t *pool; /* for a value, which then ends in NUL; NULL: it is only counted */
    cog_span_t value;
    cog_slot_map_t *map; /* where CLUSTER SLOTS was asked; NULL: an array is none */
} cog_redis_reply_t;

typedef struct {
    struct redisReader *reader;
    cog_redis_reply_t *reply;
    size_t received; /* bytes so far */
    unsigned char last[2];
} cog_redis_reader_t;

/* Read into `reply`, whose `pool` and `map` are set. COG_E_STORE when there is no memory.
 */
cog_err_t cog_redis_reader_begin(cog_redis_reader_t *reader, cog_redis_reply_t *reply);

/* Here are more bytes; `is_complete` tells whether the answer is whole. COG_E_STORE when
 * it can be none: an array that is no map that was asked for, or anything else that no
 * command of ours is answered with, a value larger than COG_STORE_MAX_VALUE, or bytes
 * behind its end. */
cog_err_t cog_redis_reader_feed(cog_redis_reader_t *reader, const char *bytes, size_t len,
                                int *is_complete);

void cog_redis_reader_end(cog_redis_reader_t *reader);

#endif
