#include "net/shm/shard_check.h"

#include "flow/ports.h"
#include "net/shm/shard.h"
#include "net/shm/shard_queue.h"

typedef struct {
    cog_shard_t *shard;
    uint32_t used[COG_SHARD_KINDS];
    uint32_t queued[COG_SHARD_KINDS];
    unsigned char is_seen[COG_SHARD_BLOCKS + 1];
} check_t;

/* A block that is one, and belongs to nobody else. */
static int see(check_t *check, cog_shard_index_t block)
{
    if (block == 0 || block > check->shard->touched || check->is_seen[block]) {
        return 0;
    }
    check->is_seen[block] = 1;
    return 1;
}

static int is_chain(check_t *check, cog_shard_index_t block, uint32_t count)
{
    for (; count > 0; --count) {
        if (!see(check, block)) {
            return 0;
        }
        block = cog_shard_block(check->shard, block)->next;
    }
    return block == 0;
}

static int has_its_place(const check_t *check, cog_shard_index_t entry)
{
    const cog_shard_block_t *block = cog_shard_block(check->shard, entry);

    return block->first.place < check->shard->queued[block->first.kind] &&
           check->shard->queues[block->first.kind][block->first.place] == entry;
}

static int is_entry(check_t *check, uint32_t bucket, cog_shard_index_t entry)
{
    const cog_shard_block_t *block;

    if (!see(check, entry)) {
        return 0;
    }
    block = cog_shard_block(check->shard, entry);
    if (block->first.bucket != bucket || block->first.kind >= COG_SHARD_KINDS ||
        block->first.key_len > COG_STORE_MAX_KEY ||
        block->first.value_len > COG_STORE_MAX_VALUE ||
        block->first.blocks !=
            cog_shard_blocks_for(block->first.key_len + block->first.value_len)) {
        return 0;
    }
    check->used[block->first.kind] += block->first.blocks;
    check->queued[block->first.kind] += 1;
    return has_its_place(check, entry) &&
           is_chain(check, block->first.next, block->first.blocks - 1u);
}

static int are_buckets_sound(check_t *check)
{
    for (uint32_t bucket = 0; bucket < COG_SHARD_BUCKETS; ++bucket) {
        cog_shard_index_t entry = check->shard->buckets[bucket];

        while (entry) {
            if (!is_entry(check, bucket, entry)) {
                return 0;
            }
            entry = cog_shard_block(check->shard, entry)->first.next_entry;
        }
    }
    return 1;
}

/* Entries are known to have their places: all others would be too many. */
static int is_queue_sound(const check_t *check, int kind)
{
    return check->shard->queued[kind] == check->queued[kind] &&
           check->shard->used[kind] == check->used[kind] &&
           cog_shard_queue_is_sound(check->shard, kind);
}

int cog_shard_is_sound(cog_shard_t *shard)
{
    check_t check = {.shard = shard};
    uint32_t used;

    if (shard->touched > COG_SHARD_BLOCKS ||
        shard->queued[COG_SHARD_SHORT] > COG_SHARD_BLOCKS ||
        shard->queued[COG_SHARD_LONG] > COG_SHARD_BLOCKS || !are_buckets_sound(&check) ||
        !is_queue_sound(&check, COG_SHARD_SHORT) ||
        !is_queue_sound(&check, COG_SHARD_LONG)) {
        return 0;
    }
    used = check.used[COG_SHARD_SHORT] + check.used[COG_SHARD_LONG];
    return is_chain(&check, shard->free, shard->touched - used);
}
