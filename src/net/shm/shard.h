/* A piece of a store in shared memory: a hash table whose entries take as many blocks of
 * 128 bytes as they need. All of it is plain memory of one size, and all zeros are an
 * empty one. The caller holds a lock while it calls any of these.
 *
 * Entries wait for their end in one of two queues, so that those that are over are found
 * without a search. When there is no room for a new one, those that end next go before
 * their time; but of long and of short lived ones only those of the kind that has more
 * than its share. So sessions do not push out a lock that is needed for seconds, and
 * locks do not push out a revocation that is needed for hours. */
#ifndef COG_NET_SHARD_H
#define COG_NET_SHARD_H

#include <apr_pools.h>
#include <apr_time.h>
#include <stdint.h>

#include "base/span.h"
#include "net/shm/shard_layout.h"

typedef struct {
    const char *name;
    uint32_t len;
    uint64_t hash;
} cog_shard_key_t;

cog_shard_key_t cog_shard_key(const char *name);

/* Forget everything. */
void cog_shard_clear(cog_shard_t *shard);

/* The entry that has not ended, 0: none. */
cog_shard_index_t cog_shard_find(cog_shard_t *shard, const cog_shard_key_t *key,
                                 apr_time_t now);

/* A copy of an entry's value. */
cog_span_t cog_shard_read(cog_shard_t *shard, apr_pool_t *pool, cog_shard_index_t entry);

void cog_shard_remove(cog_shard_t *shard, cog_shard_index_t entry);

/* Free the room of all that has ended: of the short lived ones also those that end too
 * far in the future, for the clock was put back, and a lease must not outlive that. To be
 * called before each insertion. */
void cog_shard_expire(cog_shard_t *shard, apr_time_t now);

/* Insert what is not there. The value has at most COG_STORE_MAX_VALUE bytes. Returns how
 * many entries had to go before their time. */
uint32_t cog_shard_insert(cog_shard_t *shard, const cog_shard_key_t *key,
                          cog_span_t value, apr_time_t end, int kind);

/* How many blocks an entry takes whose key and value have `len` bytes together. */
uint32_t cog_shard_blocks_for(size_t len);

/* In blocks, at most COG_SHARD_BLOCKS. Needs no lock. */
uint32_t cog_shard_used(cog_shard_t *shard);

#endif
