#include "net/shm/shard.h"

#include <string.h>

#include "flow/ports.h"
#include "net/server/key_hash.h"
#include "net/shm/shard_queue.h"

#define FIRST_ROOM (sizeof(((cog_shard_block_t *)NULL)->first.bytes))
#define MORE_ROOM  (sizeof(((cog_shard_block_t *)NULL)->more.bytes))

/* Sixteen bits must count all blocks, eight the bytes of a key. */
_Static_assert(sizeof(cog_shard_t) <= COG_SHARD_SIZE, "a shard has its size");
_Static_assert(sizeof(cog_shard_block_t) == 128, "blocks have no gaps");
_Static_assert(COG_STORE_MAX_KEY <= 255 && COG_SHARD_BLOCKS <= 65535, "numbers fit");

/* A share must hold the largest value. */
static const uint32_t shares[COG_SHARD_KINDS] = {
    [COG_SHARD_SHORT] = COG_SHARD_BLOCKS / 12,
    [COG_SHARD_LONG] = COG_SHARD_BLOCKS - COG_SHARD_BLOCKS / 12};

_Static_assert((COG_STORE_MAX_VALUE + COG_STORE_MAX_KEY) / MORE_ROOM + 2 <=
                   COG_SHARD_BLOCKS / 12,
               "the largest value fits");

cog_shard_key_t cog_shard_key(const char *name)
{
    return (cog_shard_key_t){name, (uint32_t)strlen(name), cog_key_hash(name)};
}

uint32_t cog_shard_used(cog_shard_t *shard)
{
    return shard->used[COG_SHARD_SHORT] + shard->used[COG_SHARD_LONG];
}

void cog_shard_clear(cog_shard_t *shard)
{
    shard->free = 0;
    shard->touched = 0;
    for (int kind = 0; kind < COG_SHARD_KINDS; ++kind) {
        shard->used[kind] = 0;
        shard->queued[kind] = 0;
    }
    memset(shard->buckets, 0, sizeof(shard->buckets));
}

/* ---- blocks ---- */

uint32_t cog_shard_blocks_for(size_t len)
{
    return len <= FIRST_ROOM
               ? 1
               : (uint32_t)(1 + (len - FIRST_ROOM + MORE_ROOM - 1) / MORE_ROOM);
}

static cog_shard_index_t take_block(cog_shard_t *shard)
{
    cog_shard_index_t block = shard->free;

    if (block) {
        shard->free = cog_shard_block(shard, block)->next;
        return block;
    }
    return ++shard->touched;
}

/* A chain of `count` blocks; there are as many. */
static cog_shard_index_t take_blocks(cog_shard_t *shard, uint32_t count)
{
    cog_shard_index_t chain = 0;

    for (uint32_t i = 0; i < count; ++i) {
        cog_shard_index_t block = take_block(shard);

        cog_shard_block(shard, block)->next = chain;
        chain = block;
    }
    return chain;
}

static void free_blocks(cog_shard_t *shard, cog_shard_index_t chain)
{
    cog_shard_index_t last = chain;

    while (cog_shard_block(shard, last)->next) {
        last = cog_shard_block(shard, last)->next;
    }
    cog_shard_block(shard, last)->next = shard->free;
    shard->free = chain;
}

/* ---- bytes of an entry: in its first block, then in the others ---- */

typedef struct {
    cog_shard_t *shard;
    cog_shard_index_t next;
    unsigned char *bytes;
    size_t room;
} cursor_t;

static cursor_t start_at(cog_shard_t *shard, cog_shard_index_t entry)
{
    cog_shard_block_t *block = cog_shard_block(shard, entry);

    return (cursor_t){shard, block->first.next, block->first.bytes, FIRST_ROOM};
}

/* At most `wanted` bytes that lie in one piece. */
static size_t step(cursor_t *cursor, size_t wanted, unsigned char **bytes)
{
    size_t len;

    if (cursor->room == 0) {
        cog_shard_block_t *block = cog_shard_block(cursor->shard, cursor->next);

        cursor->next = block->more.next;
        cursor->bytes = block->more.bytes;
        cursor->room = MORE_ROOM;
    }
    len = wanted < cursor->room ? wanted : cursor->room;
    *bytes = cursor->bytes;
    cursor->bytes += len;
    cursor->room -= len;
    return len;
}

static void write_bytes(cursor_t *cursor, const void *from, size_t len)
{
    for (size_t done = 0; done < len;) {
        unsigned char *bytes;
        size_t piece = step(cursor, len - done, &bytes);

        memcpy(bytes, (const unsigned char *)from + done, piece);
        done += piece;
    }
}

static void read_bytes(cursor_t *cursor, unsigned char *to, size_t len)
{
    for (size_t done = 0; done < len;) {
        unsigned char *bytes;
        size_t piece = step(cursor, len - done, &bytes);

        memcpy(to + done, bytes, piece);
        done += piece;
    }
}

/* ---- entries ---- */

static int has_key(cog_shard_t *shard, cog_shard_index_t entry,
                   const cog_shard_key_t *key)
{
    cursor_t cursor = start_at(shard, entry);

    if (cog_shard_block(shard, entry)->first.key_len != key->len) {
        return 0;
    }
    for (size_t done = 0; done < key->len;) {
        unsigned char *bytes;
        size_t piece = step(&cursor, key->len - done, &bytes);

        if (strncmp((const char *)bytes, key->name + done, piece) != 0) {
            return 0;
        }
        done += piece;
    }
    return 1;
}

cog_shard_index_t cog_shard_find(cog_shard_t *shard, const cog_shard_key_t *key,
                                 apr_time_t now)
{
    cog_shard_index_t entry = shard->buckets[key->hash % COG_SHARD_BUCKETS];

    while (entry && !has_key(shard, entry, key)) {
        entry = cog_shard_block(shard, entry)->first.next_entry;
    }
    return entry && cog_shard_block(shard, entry)->first.end > now ? entry : 0;
}

static void skip(cursor_t *cursor, size_t len)
{
    unsigned char *bytes;

    while (len > 0) {
        len -= step(cursor, len, &bytes);
    }
}

cog_span_t cog_shard_read(cog_shard_t *shard, apr_pool_t *pool, cog_shard_index_t entry)
{
    const cog_shard_block_t *block = cog_shard_block(shard, entry);
    cursor_t cursor = start_at(shard, entry);
    unsigned char *value = apr_palloc(pool, block->first.value_len + 1);

    skip(&cursor, block->first.key_len);
    read_bytes(&cursor, value, block->first.value_len);
    return (cog_span_t){value, block->first.value_len};
}

static void unlink_entry(cog_shard_t *shard, cog_shard_index_t entry)
{
    cog_shard_index_t *link =
        &shard->buckets[cog_shard_block(shard, entry)->first.bucket];

    while (*link != entry) {
        link = &cog_shard_block(shard, *link)->first.next_entry;
    }
    *link = cog_shard_block(shard, entry)->first.next_entry;
}

void cog_shard_remove(cog_shard_t *shard, cog_shard_index_t entry)
{
    const cog_shard_block_t *block = cog_shard_block(shard, entry);

    unlink_entry(shard, entry);
    cog_shard_queue_remove(shard, entry);
    shard->used[block->first.kind] -= block->first.blocks;
    free_blocks(shard, entry);
}

/* Those that were inserted before a clock was put back end last; as this is asked before
 * any is inserted, the first one that ends is one of them. */
static int is_over(int kind, apr_time_t end, apr_time_t now)
{
    return end <= now || (kind == COG_SHARD_SHORT &&
                          end - now > apr_time_from_sec(COG_SHARD_SHORT_SEC));
}

void cog_shard_expire(cog_shard_t *shard, apr_time_t now)
{
    for (int kind = 0; kind < COG_SHARD_KINDS; ++kind) {
        cog_shard_index_t first = cog_shard_queue_first(shard, kind);

        while (first && is_over(kind, cog_shard_block(shard, first)->first.end, now)) {
            cog_shard_remove(shard, first);
            first = cog_shard_queue_first(shard, kind);
        }
    }
}

static uint32_t make_room(cog_shard_t *shard, uint32_t needed, int kind)
{
    int other = COG_SHARD_KINDS - 1 - kind;
    uint32_t dropped = 0;

    while (COG_SHARD_BLOCKS - cog_shard_used(shard) < needed) {
        int victim = shard->used[kind] + needed > shares[kind] ? kind : other;

        cog_shard_remove(shard, cog_shard_queue_first(shard, victim));
        ++dropped;
    }
    return dropped;
}

static void fill(cog_shard_t *shard, cog_shard_index_t entry, const cog_shard_key_t *key,
                 cog_span_t value)
{
    cog_shard_block_t *block = cog_shard_block(shard, entry);
    cursor_t cursor = start_at(shard, entry);

    block->first.key_len = (uint8_t)key->len;
    block->first.value_len = (uint32_t)value.len;
    write_bytes(&cursor, key->name, key->len);
    write_bytes(&cursor, value.bytes, value.len);
}

uint32_t cog_shard_insert(cog_shard_t *shard, const cog_shard_key_t *key,
                          cog_span_t value, apr_time_t end, int kind)
{
    uint32_t needed = cog_shard_blocks_for(key->len + value.len);
    uint32_t dropped = make_room(shard, needed, kind);
    uint16_t bucket = (uint16_t)(key->hash % COG_SHARD_BUCKETS);
    cog_shard_index_t entry = take_blocks(shard, needed);
    cog_shard_block_t *block = cog_shard_block(shard, entry);

    fill(shard, entry, key, value);
    block->first.kind = (uint8_t)kind;
    block->first.blocks = (uint16_t)needed;
    block->first.end = end;
    block->first.bucket = bucket;
    block->first.next_entry = shard->buckets[bucket];
    shard->buckets[bucket] = entry;
    shard->used[kind] += needed;
    cog_shard_queue_add(shard, entry);
    return dropped;
}
