#include "net/shm/shard_queue.h"

static apr_time_t end_at(cog_shard_t *shard, int kind, uint32_t place)
{
    return cog_shard_block(shard, shard->queues[kind][place])->first.end;
}

static void put_at(cog_shard_t *shard, int kind, uint32_t place, cog_shard_index_t entry)
{
    shard->queues[kind][place] = entry;
    cog_shard_block(shard, entry)->first.place = (uint16_t)place;
}

static void swap(cog_shard_t *shard, int kind, uint32_t a, uint32_t b)
{
    cog_shard_index_t entry = shard->queues[kind][a];

    put_at(shard, kind, a, shard->queues[kind][b]);
    put_at(shard, kind, b, entry);
}

static void rise(cog_shard_t *shard, int kind, uint32_t place)
{
    uint32_t parent;

    for (; place != 0; place = parent) {
        parent = (place - 1) / 2;
        if (end_at(shard, kind, place) >= end_at(shard, kind, parent)) {
            return;
        }
        swap(shard, kind, place, parent);
    }
}

static void sink(cog_shard_t *shard, int kind, uint32_t place)
{
    uint32_t count = shard->queued[kind];
    uint32_t child = 2 * place + 1;

    while (child < count) {
        if (child + 1 < count &&
            end_at(shard, kind, child + 1) < end_at(shard, kind, child)) {
            ++child;
        }
        if (end_at(shard, kind, place) <= end_at(shard, kind, child)) {
            return;
        }
        swap(shard, kind, place, child);
        place = child;
        child = 2 * place + 1;
    }
}

cog_shard_index_t cog_shard_queue_first(cog_shard_t *shard, int kind)
{
    return shard->queued[kind] > 0 ? shard->queues[kind][0] : 0;
}

void cog_shard_queue_add(cog_shard_t *shard, cog_shard_index_t entry)
{
    int kind = cog_shard_block(shard, entry)->first.kind;
    uint32_t place = shard->queued[kind]++;

    put_at(shard, kind, place, entry);
    rise(shard, kind, place);
}

void cog_shard_queue_remove(cog_shard_t *shard, cog_shard_index_t entry)
{
    int kind = cog_shard_block(shard, entry)->first.kind;
    uint32_t place = cog_shard_block(shard, entry)->first.place;
    uint32_t last = --shard->queued[kind];

    if (place != last) {
        put_at(shard, kind, place, shard->queues[kind][last]);
        rise(shard, kind, place);
        sink(shard, kind, place);
    }
}

int cog_shard_queue_is_sound(cog_shard_t *shard, int kind)
{
    for (uint32_t place = 1; place < shard->queued[kind]; ++place) {
        if (end_at(shard, kind, place) < end_at(shard, kind, (place - 1) / 2)) {
            return 0;
        }
    }
    return 1;
}
