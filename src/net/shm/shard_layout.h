/* What a shard is in memory, without a pointer in it: all zeros are an empty one. */
#ifndef COG_NET_SHARD_LAYOUT_H
#define COG_NET_SHARD_LAYOUT_H

#include <apr_time.h>
#include <stdatomic.h>
#include <stdint.h>

#include "net/shm/shared_lock.h"

#define COG_SHARD_SIZE    ((size_t)1024 * 1024)
#define COG_SHARD_BLOCKS  7920
#define COG_SHARD_BUCKETS 1024

enum { COG_SHARD_SHORT, COG_SHARD_LONG, COG_SHARD_KINDS };

#define COG_SHARD_SHORT_SEC 120 /* what lives longer is no short lived one */

/* Which block: they are counted from 1, 0 is none. An entry is named by its first one. */
typedef uint16_t cog_shard_index_t;

typedef union {
    cog_shard_index_t next; /* of the same entry, or the next free one */
    struct {
        cog_shard_index_t next;
        unsigned char bytes[126];
    } more;
    struct {
        cog_shard_index_t next;
        cog_shard_index_t next_entry; /* in the same bucket */
        uint16_t bucket;
        uint16_t place;  /* in its queue */
        uint16_t blocks; /* how many it has */
        uint8_t kind;
        uint8_t key_len;
        uint32_t value_len;
        apr_time_t end;
        unsigned char bytes[104]; /* the key, then the value, both go on in the others */
    } first;
} cog_shard_block_t;

typedef struct {
    cog_shared_lock_t lock;
    atomic_int is_changing;            /* set while the rest is not consistent */
    atomic_uint used[COG_SHARD_KINDS]; /* blocks; may be read without the lock */
    uint16_t queued[COG_SHARD_KINDS];  /* entries */
    cog_shard_index_t free; /* first of the free blocks that were in use before */
    uint16_t touched;       /* how many blocks ever were */
    cog_shard_index_t buckets[COG_SHARD_BUCKETS];
    cog_shard_index_t queues[COG_SHARD_KINDS][COG_SHARD_BLOCKS]; /* shard_queue.h */
    cog_shard_block_t blocks[COG_SHARD_BLOCKS];
} cog_shard_t;

static inline cog_shard_block_t *cog_shard_block(cog_shard_t *shard,
                                                 cog_shard_index_t block)
{
    return &shard->blocks[block - 1];
}

#endif
