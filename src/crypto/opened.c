#include "crypto/opened.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "base/secret.h"

#define PLACE_BITS 7
#define PLACES     (1 << PLACE_BITS)
#define ROOM       (2048 - 16) /* of one place, for all three */

typedef struct {
    atomic_uint is_taken; /* a thread reads or writes what follows */
    uint32_t sealed_len;  /* 0: nothing is there */
    uint32_t where_len;
    uint32_t plain_len;
    unsigned char bytes[ROOM]; /* sealed, where, plain */
} place_t;

struct cog_opened_t {
    place_t places[PLACES];
};

static apr_status_t wipe(void *opened)
{
    cog_secret_wipe(opened, sizeof(cog_opened_t));
    return APR_SUCCESS;
}

/* Only the heads are written to, so that no page is used before it is needed. */
cog_opened_t *cog_opened_make(apr_pool_t *conf_pool)
{
    cog_opened_t *opened = apr_palloc(conf_pool, sizeof(*opened));

    for (int i = 0; i < PLACES; ++i) {
        atomic_init(&opened->places[i].is_taken, 0);
        opened->places[i].sealed_len = 0;
    }
    apr_pool_cleanup_register(conf_pool, opened, wipe, apr_pool_cleanup_null);
    return opened;
}

/* Nonces are random already; the factor spreads the bits of letters (Knuth, 6.4). */
static place_t *place_of(cog_opened_t *opened, cog_span_t sealed)
{
    uint64_t random;

    memcpy(&random, sealed.bytes + 8, sizeof(random));
    return &opened->places[random * 0x9e3779b97f4a7c15U >> (64 - PLACE_BITS)];
}

static int take(place_t *place)
{
    return atomic_exchange_explicit(&place->is_taken, 1, memory_order_acquire) == 0;
}

static void give_back(place_t *place)
{
    atomic_store_explicit(&place->is_taken, 0, memory_order_release);
}

static int may_be_kept(const cog_opened_key_t *key, size_t plain_len)
{
    return key->sealed.len >= 16 && key->sealed.len <= ROOM && key->where.len <= ROOM &&
           plain_len <= ROOM && key->sealed.len + key->where.len + plain_len <= ROOM;
}

static int holds(const place_t *place, const cog_opened_key_t *key)
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

void cog_opened_keep(cog_opened_t *opened, const cog_opened_key_t *key, cog_span_t plain)
{
    place_t *place;
    unsigned char *end;

    if (!may_be_kept(key, plain.len)) {
        return;
    }
    place = place_of(opened, key->sealed);
    if (!take(place)) {
        return;
    }
    end = append(append(append(place->bytes, key->sealed), key->where), plain);
    cog_secret_wipe(end,
                    (size_t)(place->bytes + ROOM - end)); /* of a longer one before */
    place->sealed_len = (uint32_t)key->sealed.len;
    place->where_len = (uint32_t)key->where.len;
    place->plain_len = (uint32_t)plain.len;
    give_back(place);
}

static cog_span_t copy(apr_pool_t *pool, const unsigned char *bytes, size_t len)
{
    unsigned char *copied = apr_palloc(pool, len + 1);

    cog_secret_wipe_with(pool, copied, len + 1);
    memcpy(copied, bytes, len);
    copied[len] = '\0';
    return (cog_span_t){copied, len};
}

int cog_opened_find(cog_opened_t *opened, apr_pool_t *pool, const cog_opened_key_t *key,
                    cog_span_t *plain)
{
    place_t *place;
    int is_found;

    if (!may_be_kept(key, 0)) {
        return 0;
    }
    place = place_of(opened, key->sealed);
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
