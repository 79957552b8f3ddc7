/* A flat binary record: numbers, times and texts, one after the other. Texts end with
 * their NUL, so that a reader can point into the record instead of copying. */
#ifndef COG_BASE_PACK_H
#define COG_BASE_PACK_H

#include <apr_pools.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

typedef struct {
    apr_pool_t *pool;
    unsigned char *bytes;
    size_t len;
    size_t room;
} cog_packer_t;

void cog_pack_begin(apr_pool_t *pool, cog_packer_t *packer, size_t room);
void cog_pack_number(cog_packer_t *packer, uint64_t number);
void cog_pack_time(cog_packer_t *packer,
                   int64_t seconds); /* the nearest from 1970 to 2106 */
void cog_pack_text(cog_packer_t *packer, const char *text); /* NULL is packed as "" */
void cog_pack_bytes(cog_packer_t *packer, const unsigned char *bytes, size_t len);

/* What has been packed; wiped with the pool, for it is about to be sealed. */
cog_span_t cog_pack_end(cog_packer_t *packer);

/* Reading never goes past the end: from the first fault on, numbers are 0, texts "", and
 * is_broken stays set. Ask once, at the end. */
typedef struct {
    const unsigned char *at;
    const unsigned char *end;
    int is_broken;
} cog_unpacker_t;

void cog_unpack_begin(cog_unpacker_t *unpacker, cog_span_t record);
void cog_unpack_give_up(cog_unpacker_t *unpacker); /* there was a fault */
uint64_t cog_unpack_long_number(cog_unpacker_t *unpacker);

/* Most numbers are short. */
static inline uint64_t cog_unpack_number(cog_unpacker_t *unpacker)
{
    if (unpacker->at < unpacker->end && *unpacker->at < 128) {
        return *unpacker->at++;
    }
    return cog_unpack_long_number(unpacker);
}

/* Points into the record. */
static inline const char *cog_unpack_text(cog_unpacker_t *unpacker)
{
    const unsigned char *text = unpacker->at;
    const unsigned char *end = memchr(text, '\0', (size_t)(unpacker->end - text));

    if (!end) {
        cog_unpack_give_up(unpacker);
        return "";
    }
    unpacker->at = end + 1;
    return (const char *)text;
}

#define COG_PACKED_TIME_LEN 4

static inline int64_t cog_unpack_time(cog_unpacker_t *unpacker)
{
    const unsigned char *bytes = unpacker->at;

    if (unpacker->end - bytes < COG_PACKED_TIME_LEN) {
        cog_unpack_give_up(unpacker);
        return 0;
    }
    unpacker->at = bytes + COG_PACKED_TIME_LEN;
    return (int64_t)(bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                     (uint32_t)bytes[3] << 24);
}

void cog_unpack_bytes(cog_unpacker_t *unpacker, unsigned char *bytes, size_t len);

/* What cog_pack_bytes() has packed, of any length; points into the record. */
cog_span_t cog_unpack_span(cog_unpacker_t *unpacker);

/* TRUE when every read was good and nothing is left over. */
int cog_unpack_is_complete(const cog_unpacker_t *unpacker);

#endif
