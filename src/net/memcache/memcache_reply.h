/* What a memcached server answers (doc/protocol.txt of memcached, the text protocol),
 * read as it comes and bounded. Pure. */
#ifndef COG_NET_MEMCACHE_REPLY_H
#define COG_NET_MEMCACHE_REPLY_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/span.h"

/* Ours are of COG_STORE_MAX_VALUE and eight bytes. */
#define COG_MEMCACHE_MAX_VALUE (64 * 1024 + 8)

typedef enum {
    COG_MEMCACHE_STORED,
    COG_MEMCACHE_NOT_STORED,
    COG_MEMCACHE_DELETED,
    COG_MEMCACHE_NOT_FOUND,
    COG_MEMCACHE_NOTHING, /* get found none */
    COG_MEMCACHE_VALUE,
    COG_MEMCACHE_NO_MEMORY, /* errors, as far as they matter */
    COG_MEMCACHE_TOO_LARGE,
    COG_MEMCACHE_REFUSED
} cog_memcache_kind_t;

typedef struct {
    apr_pool_t *pool; /* for the value; NULL: a value is not expected */
    const char *key;  /* the value must be of this one */
    /* the answer */
    cog_memcache_kind_t kind;
    cog_span_t value;
    /* the reader's own */
    char line[320];
    size_t line_len;
    unsigned char *room; /* for the value and its line end; NULL: not yet */
    size_t room_len;
    size_t filled;
} cog_memcache_reader_t;

void cog_memcache_reader_begin(cog_memcache_reader_t *reader, apr_pool_t *pool,
                               const char *key);

/* More of the answer. COG_E_STORE when it is none that a server may give: another key's
 * value, too long, more than one answer. */
cog_err_t cog_memcache_reader_feed(cog_memcache_reader_t *reader, const char *bytes,
                                   size_t len, int *is_complete);

#endif
