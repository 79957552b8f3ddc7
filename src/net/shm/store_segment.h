/* The memory of a store: a header, then shards of 1 MB (net/shm/shard.h). It is of one
 * layout and free of pointers, so that a file may hold it, and whoever opens it next goes
 * on with it. */
#ifndef COG_NET_STORE_SEGMENT_H
#define COG_NET_STORE_SEGMENT_H

#include <apr.h>
#include <stdatomic.h>

#include "base/error.h"
#include "base/rate_limit.h"
#include "net/shm/shard.h"

#define COG_STORE_SEGMENT_LAYOUT 25

/* The header. What follows the number of shards is store_shm.c's. */
typedef struct {
    char layout[COG_STORE_SEGMENT_LAYOUT];
    size_t shards;
    cog_rate_limit_t warn;
    cog_rate_limit_t full;
    cog_rate_limit_t stuck;
    atomic_uint dropped; /* since the log spoke of it */
} cog_store_segment_t;

/* How much memory a store of `size` bytes takes; 1 MB at least. */
apr_size_t cog_store_segment_size(apr_size_t size);

/* Make an empty store in zeroed memory of cog_store_segment_size(size) bytes, at an
 * address for any type. COG_E_INTERNAL when the system has no locks for it. */
cog_err_t cog_store_segment_format(void *memory, apr_size_t size);

/* Do these bytes, COG_STORE_SEGMENT_SIGN of them, begin a store, of whatever version? */
#define COG_STORE_SEGMENT_SIGN 22
int cog_store_segment_is_one(const char *bytes);

/* Is it one of this version? */
int cog_store_segment_is_ready(const void *memory);

/* Make a store fit for use that nobody uses now, and that somebody has left in a file:
 * parts that do not fit together are emptied and counted. COG_E_MISCONFIGURED when it is
 * of another version or size. */
cog_err_t cog_store_segment_recover(void *memory, apr_size_t size, unsigned *emptied);

/* One of its shards, counted from 0. */
cog_shard_t *cog_store_segment_shard(cog_store_segment_t *segment, size_t i);

#endif
