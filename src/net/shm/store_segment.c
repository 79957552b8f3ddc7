#include "net/shm/store_segment.h"

#include <string.h>

#include "net/shm/shard_check.h"

/* changes with every layout of shard and segment */
#define SIGN   "mod_auth_cognito store"
#define LAYOUT SIGN " 1"

_Static_assert(sizeof(SIGN) - 1 == COG_STORE_SEGMENT_SIGN, "the sign has its length");
_Static_assert(sizeof(LAYOUT) == COG_STORE_SEGMENT_LAYOUT, "the layout has its room");

/* Locks shall not share their cache lines with the header. */
#define HEADER_SIZE ((size_t)4096)

_Static_assert(sizeof(cog_store_segment_t) <= HEADER_SIZE, "the header has its room");

static size_t shards_of(apr_size_t size)
{
    return size < COG_SHARD_SIZE ? 1 : size / COG_SHARD_SIZE;
}

apr_size_t cog_store_segment_size(apr_size_t size)
{
    return HEADER_SIZE + shards_of(size) * COG_SHARD_SIZE;
}

cog_shard_t *cog_store_segment_shard(cog_store_segment_t *segment, size_t i)
{
    void *place = (unsigned char *)segment + HEADER_SIZE + i * COG_SHARD_SIZE;

    return place;
}

cog_err_t cog_store_segment_format(void *memory, apr_size_t size)
{
    cog_store_segment_t *segment = memory;

    memcpy(segment->layout, LAYOUT, sizeof(LAYOUT));
    segment->shards = shards_of(size);
    for (size_t i = 0; i < segment->shards; ++i) {
        COG_TRY(cog_shared_lock_make(&cog_store_segment_shard(segment, i)->lock));
    }
    return COG_OK;
}

int cog_store_segment_is_ready(const void *memory)
{
    const cog_store_segment_t *segment = memory;

    return strncmp(segment->layout, LAYOUT, sizeof(LAYOUT)) == 0;
}

int cog_store_segment_is_one(const char *bytes)
{
    return strncmp(bytes, SIGN, COG_STORE_SEGMENT_SIGN) == 0;
}

static unsigned recover_shard(cog_shard_t *shard)
{
    if (!shard->is_changing && cog_shard_is_sound(shard)) {
        return 0;
    }
    cog_shard_clear(shard);
    shard->is_changing = 0;
    return 1;
}

cog_err_t cog_store_segment_recover(void *memory, apr_size_t size, unsigned *emptied)
{
    cog_store_segment_t *segment = memory;

    COG_REQUIRE(cog_store_segment_is_ready(segment) && segment->shards == shards_of(size),
                COG_E_MISCONFIGURED);
    *emptied = 0;
    for (size_t i = 0; i < segment->shards; ++i) {
        cog_shard_t *shard = cog_store_segment_shard(segment, i);

        COG_TRY(cog_shared_lock_make(&shard->lock));
        *emptied += recover_shard(shard);
    }
    return COG_OK;
}
