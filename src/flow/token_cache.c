#include "flow/token_cache.h"

#include <apr_siphash.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <string.h>

#define HASHED                                                                           \
    64 /* octets at a token's end, of its signature: they depend on all others */
#define SHARDS   16
#define RING_LEN (128 * 1024) /* bytes of a shard's entries */
#define MAX_LEN  (RING_LEN / 4)
#define SETS     64
#define WAYS     4

/* The head of an entry; token, with its NUL, and record follow. */
typedef struct {
    uint64_t hash;
    const void *owner;
    int64_t until;
    unsigned generation;
    size_t token_len;
    size_t record_len;
} entry_t;

/* Entries stand in a ring, one after the other, in the order in which they came. An entry
 * has a position for all times: the number of bytes that were written before it. So it is
 * whole as long as no more than the ring's length was written since. */
typedef struct {
    apr_thread_mutex_t *lock; /* guards all that follows */
    unsigned char *ring;
    uint64_t written;
    uint64_t slots[SETS][WAYS]; /* positions, plus one; 0: none yet */
} shard_t;

struct cog_token_cache_t {
    unsigned char key[APR_SIPHASH_KSIZE]; /* nobody can make tokens that meet in a set */
    shard_t shards[SHARDS];
};

cog_err_t cog_token_cache_make(apr_pool_t *conf_pool, const cog_random_t *random,
                               cog_token_cache_t **cache)
{
    cog_token_cache_t *made = apr_pcalloc(conf_pool, sizeof(*made));
    unsigned char *memory = apr_palloc(conf_pool, SHARDS * RING_LEN);

    COG_TRY(random->fill(random->context, made->key, sizeof(made->key)));
    for (int i = 0; i < SHARDS; ++i) {
        COG_REQUIRE(apr_thread_mutex_create(&made->shards[i].lock,
                                            APR_THREAD_MUTEX_DEFAULT,
                                            conf_pool) == APR_SUCCESS,
                    COG_E_INTERNAL);
        made->shards[i].ring = memory + (size_t)i * RING_LEN;
    }
    *cache = made;
    return COG_OK;
}

static uint64_t hash_of(const cog_token_cache_t *cache, cog_secret_t token)
{
    size_t len = token.len < HASHED ? token.len : HASHED;

    return apr_siphash24(token.bytes + token.len - len, len, cache->key);
}

static uint64_t *set_of(shard_t *shard, uint64_t hash)
{
    return shard->slots[hash / SHARDS % SETS];
}

static size_t len_of(const entry_t *entry)
{
    return sizeof(*entry) + entry->token_len + 1 + entry->record_len;
}

/* The place for `len` bytes in one piece, which from now on is taken. */
static unsigned char *claim(shard_t *shard, size_t len, uint64_t *position)
{
    size_t left = RING_LEN - shard->written % RING_LEN;

    if (left < len) {
        shard->written += left;
    }
    *position = shard->written;
    shard->written += len;
    return shard->ring + *position % RING_LEN;
}

static uint64_t *oldest(uint64_t set[WAYS])
{
    uint64_t *found = set;

    for (int i = 1; i < WAYS; ++i) {
        if (set[i] < *found) {
            found = &set[i];
        }
    }
    return found;
}

static void write_entry(unsigned char *to, const entry_t *entry, const char *token,
                        const unsigned char *record)
{
    memcpy(to, entry, sizeof(*entry));
    to += sizeof(*entry);
    memcpy(to, token, entry->token_len + 1);
    memcpy(to + entry->token_len + 1, record, entry->record_len);
}

void cog_token_cache_keep(cog_token_cache_t *cache, const cog_token_key_t *key,
                          cog_span_t record, int64_t until)
{
    const entry_t entry = {.hash = hash_of(cache, key->token),
                           .owner = key->owner,
                           .until = until,
                           .generation = key->generation,
                           .token_len = key->token.len,
                           .record_len = record.len};
    shard_t *shard = &cache->shards[entry.hash % SHARDS];
    uint64_t position;
    unsigned char *place;

    if (len_of(&entry) > MAX_LEN) {
        return;
    }
    apr_thread_mutex_lock(shard->lock);
    place = claim(shard, len_of(&entry), &position);
    write_entry(place, &entry, key->token.bytes, record.bytes);
    *oldest(set_of(shard, entry.hash)) = position + 1;
    apr_thread_mutex_unlock(shard->lock);
}

static int is_whole(const shard_t *shard, uint64_t slot)
{
    return slot > 0 && shard->written - (slot - 1) <= RING_LEN;
}

/* Is this entry what the key asks for? Its hash is looked at first, its token last. */
static int is_meant(const entry_t *entry, const char *token, const cog_token_key_t *key,
                    int64_t now)
{
    return entry->owner == key->owner && entry->generation == key->generation &&
           entry->until > now &&
           cog_secret_equal((cog_secret_t){token, entry->token_len}, key->token);
}

static cog_err_t find_in(shard_t *shard, uint64_t hash, const cog_token_key_t *key,
                         int64_t now, cog_span_t *record)
{
    const uint64_t *set = set_of(shard, hash);

    for (int i = 0; i < WAYS; ++i) {
        const unsigned char *at = shard->ring + (set[i] - 1) % RING_LEN;
        entry_t entry;

        if (!is_whole(shard, set[i])) {
            continue;
        }
        memcpy(&entry, at, sizeof(entry));
        at += sizeof(entry);
        if (entry.hash == hash && is_meant(&entry, (const char *)at, key, now)) {
            *record = (cog_span_t){at + entry.token_len + 1, entry.record_len};
            return COG_OK;
        }
    }
    return COG_E_NOT_FOUND;
}

cog_err_t cog_token_cache_find(cog_token_cache_t *cache, apr_pool_t *pool,
                               const cog_token_key_t *key, int64_t now,
                               cog_span_t *record)
{
    uint64_t hash = hash_of(cache, key->token);
    shard_t *shard = &cache->shards[hash % SHARDS];
    cog_span_t kept;
    cog_err_t err;

    apr_thread_mutex_lock(shard->lock);
    err = find_in(shard, hash, key, now, &kept);
    if (err == COG_OK) {
        *record = (cog_span_t){apr_pmemdup(pool, kept.bytes, kept.len), kept.len};
    }
    apr_thread_mutex_unlock(shard->lock);
    return err;
}
