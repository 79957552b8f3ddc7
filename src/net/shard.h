/* A piece of a store in shared memory: a hash table whose entries take as many blocks of
 * 256 bytes as they need. All of it is plain memory of one size, and all zeros are an
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
#include <stdatomic.h>
#include <stdint.h>

#include "base/span.h"
#include "net/shared_lock.h"

#define COG_SHARD_SIZE    ((size_t)1024 * 1024)
#define COG_SHARD_BLOCKS  3900
#define COG_SHARD_BUCKETS 1024

enum { COG_SHARD_SHORT, COG_SHARD_LONG, COG_SHARD_KINDS };

/* A block; indices of blocks begin with 1, 0 is none. */
typedef union {
    uint32_t next; /* of the same entry, or the next free one */
    struct {
        uint32_t next;
        unsigned char bytes[252];
    } more;
    struct {
        uint32_t next;
        uint32_t bucket;
        uint32_t next_entry; /* in the same bucket */
        uint32_t kind;
        uint32_t place; /* in its queue */
        uint32_t key_len;
        uint32_t value_len;
        uint32_t blocks;
        apr_time_t end;
        unsigned char bytes[216]; /* the key, then the value */
    } first;
} cog_shard_block_t;

typedef struct {
    cog_shared_lock_t lock;
    atomic_int is_changing; /* set while the rest is not consistent */
    uint32_t free;          /* first of the free blocks that were in use before */
    uint32_t touched;       /* how many blocks ever were */
    atomic_uint used[COG_SHARD_KINDS]; /* blocks; may be read without the lock */
    uint32_t queued[COG_SHARD_KINDS];  /* entries */
    uint32_t buckets[COG_SHARD_BUCKETS];
    uint32_t queues[COG_SHARD_KINDS][COG_SHARD_BLOCKS]; /* heaps, the next end first */
    cog_shard_block_t blocks[COG_SHARD_BLOCKS];
} cog_shard_t;

typedef struct {
    const char *name;
    uint32_t len;
    uint64_t hash;
} cog_shard_key_t;

cog_shard_key_t cog_shard_key(const char *name);

/* Forget everything. */
void cog_shard_clear(cog_shard_t *shard);

/* The entry that has not ended, 0: none. */
uint32_t cog_shard_find(cog_shard_t *shard, const cog_shard_key_t *key, apr_time_t now);

/* A copy of an entry's value. */
cog_span_t cog_shard_read(cog_shard_t *shard, apr_pool_t *pool, uint32_t entry);

void cog_shard_remove(cog_shard_t *shard, uint32_t entry);

/* Free the room of all that has ended. */
void cog_shard_expire(cog_shard_t *shard, apr_time_t now);

/* Insert what is not there. The value has at most COG_STORE_MAX_VALUE bytes. Returns how
 * many entries had to go before their time. */
uint32_t cog_shard_insert(cog_shard_t *shard, const cog_shard_key_t *key,
                          cog_span_t value, apr_time_t end, int kind);

/* How many blocks an entry takes whose key and value have `len` bytes together. */
uint32_t cog_shard_blocks_for(size_t len);

/* Does all of it fit together? Of memory that was kept where somebody may have damaged
 * it, for nothing here looks at what it finds. Any bytes may be in it. */
int cog_shard_is_sound(cog_shard_t *shard);

/* In blocks, at most COG_SHARD_BLOCKS. Needs no lock. */
uint32_t cog_shard_used(cog_shard_t *shard);

#endif
