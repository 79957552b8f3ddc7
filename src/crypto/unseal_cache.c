#include "crypto/unseal_cache.h"

#include <apr_shm.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"

#define SET_BITS 7
#define SETS     (1 << SET_BITS)
#define WAYS     4    /* places that all serve the same envelopes */
#define ROOM     2048 /* of one place, for all three */

typedef struct {
    _Atomic uint64_t tag; /* of what it holds, to pass by the others; 0: nothing */
    atomic_uint is_taken; /* a thread reads or writes what follows */
    uint32_t sealed_len;
    uint32_t where_len;
    uint32_t plain_len;
    unsigned char *bytes; /* sealed, where, plain */
} place_t;

typedef struct {
    atomic_uint turn; /* counts those that were kept: the oldest makes room */
    place_t places[WAYS];
} set_t;

/* In memory that is shared by all processes which fork from the one that makes it. */
struct cog_unseal_cache_t {
    pid_t maker;
    set_t sets[SETS];
    unsigned char rooms[SETS][WAYS][ROOM];
};

/* One whose process dies with it stays taken: nobody reads what may be half-written. */
static int take(place_t *place)
{
    return atomic_exchange_explicit(&place->is_taken, 1, memory_order_acquire) == 0;
}

static void give_back(place_t *place)
{
    atomic_store_explicit(&place->is_taken, 0, memory_order_release);
}

static place_t *place_at(cog_unseal_cache_t *cache, int number)
{
    return &cache->sets[number / WAYS].places[number % WAYS];
}

static void empty(place_t *place)
{
    if (take(place)) {
        cog_secret_wipe(place->bytes, ROOM);
        place->sealed_len = 0;
        atomic_store(&place->tag, 0);
        give_back(place);
    }
}

/* Processes that fork from its maker end before it, and their pools with them. */
static apr_status_t wipe(void *data)
{
    cog_unseal_cache_t *cache = data;

    for (int i = 0; i < SETS * WAYS && cache->maker == getpid(); ++i) {
        if (atomic_load(&place_at(cache, i)->tag)) {
            empty(place_at(cache, i));
        }
    }
    return APR_SUCCESS;
}

/* Where there is no memory to share, each process has its own. */
static void *make_memory(apr_pool_t *conf_pool, size_t len)
{
    apr_shm_t *shared;

    return apr_shm_create(&shared, len, NULL, conf_pool) == APR_SUCCESS
               ? apr_shm_baseaddr_get(shared)
               : apr_palloc(conf_pool, len);
}

/* Rooms are not written to: no page is used before it is needed. */
cog_unseal_cache_t *cog_unseal_cache_make(apr_pool_t *conf_pool)
{
    cog_unseal_cache_t *cache = make_memory(conf_pool, sizeof(*cache));

    cache->maker = getpid();
    memset(cache->sets, 0, sizeof(cache->sets));
    for (int i = 0; i < SETS * WAYS; ++i) {
        place_at(cache, i)->bytes = cache->rooms[i / WAYS][i % WAYS];
    }
    apr_pool_cleanup_register(conf_pool, cache, wipe, apr_pool_cleanup_null);
    return cache;
}

/* As good as random, and none of an envelope's octets alone: to look for it tells nobody
 * how much of a guess is right. */
static uint64_t tag_of(cog_span_t sealed)
{
    uint64_t tag;

    memcpy(&tag, sealed.bytes + 8, sizeof(tag));
    return tag;
}

/* The factor spreads the bits of letters (Knuth, 6.4). */
static set_t *set_of(cog_unseal_cache_t *cache, uint64_t tag)
{
    return &cache->sets[tag * 0x9e3779b97f4a7c15U >> (64 - SET_BITS)];
}

static int has_tag(const place_t *place, uint64_t tag)
{
    return atomic_load_explicit(&place->tag, memory_order_relaxed) == tag;
}

/* Its own, when two threads open the same at once; else the oldest. */
static place_t *place_for(set_t *set, uint64_t tag)
{
    for (int i = 0; i < WAYS; ++i) {
        if (has_tag(&set->places[i], tag)) {
            return &set->places[i];
        }
    }
    return &set->places[atomic_fetch_add_explicit(&set->turn, 1, memory_order_relaxed) %
                        WAYS];
}

static int may_be_kept(const cog_unseal_cache_key_t *key, size_t plain_len)
{
    return key->sealed.len >= 16 && key->sealed.len <= ROOM && key->where.len <= ROOM &&
           plain_len <= ROOM && key->sealed.len + key->where.len + plain_len <= ROOM;
}

static int holds(const place_t *place, const cog_unseal_cache_key_t *key)
{
    const unsigned char *where = place->bytes + place->sealed_len;

    return place->sealed_len == key->sealed.len && place->where_len == key->where.len &&
           cog_secret_bytes_equal(place->bytes, key->sealed.bytes, key->sealed.len) &&
           cog_secret_bytes_equal(where, key->where.bytes, key->where.len);
}

static unsigned char *append(unsigned char *to, cog_span_t bytes)
{
    memcpy(to, bytes.bytes, bytes.len);
    return to + bytes.len;
}

static void write_place(place_t *place, const cog_unseal_cache_key_t *key,
                        cog_span_t plain)
{
    const unsigned char *old_end =
        place->bytes + place->sealed_len + place->where_len + place->plain_len;
    unsigned char *end =
        append(append(append(place->bytes, key->sealed), key->where), plain);

    if (end < old_end) {
        cog_secret_wipe(end, (size_t)(old_end - end));
    }
    place->sealed_len = (uint32_t)key->sealed.len;
    place->where_len = (uint32_t)key->where.len;
    place->plain_len = (uint32_t)plain.len;
    atomic_store_explicit(&place->tag, tag_of(key->sealed), memory_order_relaxed);
}

void cog_unseal_cache_keep(cog_unseal_cache_t *cache, const cog_unseal_cache_key_t *key,
                           cog_span_t plain)
{
    place_t *place;
    uint64_t tag;

    if (!may_be_kept(key, plain.len)) {
        return;
    }
    tag = tag_of(key->sealed);
    place = place_for(set_of(cache, tag), tag);
    if (take(place)) {
        write_place(place, key, plain);
        give_back(place);
    }
}

static cog_span_t copy(apr_pool_t *pool, const unsigned char *bytes, size_t len)
{
    unsigned char *copied = apr_palloc(pool, len + 1);

    cog_secret_wipe_with(pool, copied, len + 1);
    memcpy(copied, bytes, len);
    copied[len] = '\0';
    return (cog_span_t){copied, len};
}

static int read_place(place_t *place, apr_pool_t *pool, const cog_unseal_cache_key_t *key,
                      cog_span_t *plain)
{
    int is_found;

    if (!take(place)) {
        return 0;
    }
    is_found = holds(place, key);
    if (is_found) {
        *plain = copy(pool, place->bytes + place->sealed_len + place->where_len,
                      place->plain_len);
    }
    give_back(place);
    return is_found;
}

int cog_unseal_cache_find(cog_unseal_cache_t *cache, apr_pool_t *pool,
                          const cog_unseal_cache_key_t *key, cog_span_t *plain)
{
    set_t *set;
    uint64_t tag;

    if (!may_be_kept(key, 0)) {
        return 0;
    }
    tag = tag_of(key->sealed);
    set = set_of(cache, tag);
    for (int i = 0; i < WAYS; ++i) {
        if (has_tag(&set->places[i], tag) &&
            read_place(&set->places[i], pool, key, plain)) {
            return 1;
        }
    }
    return 0;
}
