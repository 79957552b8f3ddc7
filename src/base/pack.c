#include "base/pack.h"

#include <string.h>

#include "base/secret.h"

/* Numbers are written with 7 bits a byte, the low ones first; the high bit says: more to
 * come. Times are written as four bytes, the low ones first. */

void cog_pack_begin(apr_pool_t *pool, cog_packer_t *packer, size_t room)
{
    packer->pool = pool;
    packer->room = room < 64 ? 64 : room;
    packer->len = 0;
    packer->bytes = apr_palloc(pool, packer->room);
    cog_secret_wipe_with(pool, packer->bytes, packer->room);
}

static unsigned char *make_room(cog_packer_t *packer, size_t len)
{
    unsigned char *place;

    if (packer->len + len > packer->room) {
        const unsigned char *old = packer->bytes;
        size_t used = packer->len;

        cog_pack_begin(packer->pool, packer, 2 * (used + len));
        memcpy(packer->bytes, old, used);
        packer->len = used;
    }
    place = packer->bytes + packer->len;
    packer->len += len;
    return place;
}

void cog_pack_number(cog_packer_t *packer, uint64_t number)
{
    while (number > 127) {
        *make_room(packer, 1) = (unsigned char)(number | 128);
        number >>= 7;
    }
    *make_room(packer, 1) = (unsigned char)number;
}

static uint32_t nearest_time(int64_t seconds)
{
    if (seconds < 0) {
        return 0;
    }
    return seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

void cog_pack_time(cog_packer_t *packer, int64_t seconds)
{
    unsigned char *place = make_room(packer, COG_PACKED_TIME_LEN);
    uint32_t time = nearest_time(seconds);

    for (int i = 0; i < COG_PACKED_TIME_LEN; ++i) {
        place[i] = (unsigned char)(time >> 8 * i);
    }
}

void cog_pack_text(cog_packer_t *packer, const char *text)
{
    const char *known = text ? text : "";
    size_t len = strlen(known) + 1;

    memcpy(make_room(packer, len), known, len);
}

void cog_pack_bytes(cog_packer_t *packer, const unsigned char *bytes, size_t len)
{
    unsigned char *place;

    cog_pack_number(packer, len);
    place = make_room(packer, len);
    if (len > 0) {
        memcpy(place, bytes, len);
    }
}

cog_span_t cog_pack_end(cog_packer_t *packer)
{
    return (cog_span_t){packer->bytes, packer->len};
}

void cog_unpack_begin(cog_unpacker_t *unpacker, cog_span_t record)
{
    static const unsigned char nothing[1];

    unpacker->at = record.len > 0 ? record.bytes : nothing;
    unpacker->end = unpacker->at + record.len;
    unpacker->is_broken = 0;
}

/* At the end there is nothing more to read. */
void cog_unpack_give_up(cog_unpacker_t *unpacker)
{
    unpacker->is_broken = 1;
    unpacker->at = unpacker->end;
}

/* The next `len` bytes; NULL, for good, when there are not as many. */
static const unsigned char *take(cog_unpacker_t *unpacker, size_t len)
{
    const unsigned char *bytes = unpacker->at;

    if ((size_t)(unpacker->end - unpacker->at) < len) {
        cog_unpack_give_up(unpacker);
        return NULL;
    }
    unpacker->at += len;
    return bytes;
}

/* One text for each number: no zero at its high end, and 64 bits at most. */
static int may_be_last(unsigned char byte, unsigned shift)
{
    return (byte > 0 || shift == 0) && (byte < 2 || shift < 63);
}

uint64_t cog_unpack_long_number(cog_unpacker_t *unpacker)
{
    uint64_t number = 0;
    unsigned char byte = 128;
    unsigned shift = 0;

    for (; byte > 127 && shift < 64 && unpacker->at < unpacker->end; shift += 7) {
        byte = *unpacker->at++;
        number |= (uint64_t)(byte & 127) << shift;
    }
    if (byte > 127 || !may_be_last(byte, shift - 7)) {
        cog_unpack_give_up(unpacker);
        return 0;
    }
    return number;
}

void cog_unpack_bytes(cog_unpacker_t *unpacker, unsigned char *bytes, size_t len)
{
    size_t found = (size_t)cog_unpack_number(unpacker);
    const unsigned char *from = found == len ? take(unpacker, len) : NULL;

    if (!from) {
        cog_unpack_give_up(unpacker);
        memset(bytes, 0, len);
        return;
    }
    memcpy(bytes, from, len);
}

cog_span_t cog_unpack_span(cog_unpacker_t *unpacker)
{
    size_t len = (size_t)cog_unpack_number(unpacker);
    const unsigned char *bytes = take(unpacker, len);

    return (cog_span_t){bytes, bytes ? len : 0};
}

int cog_unpack_is_complete(const cog_unpacker_t *unpacker)
{
    return !unpacker->is_broken && unpacker->at == unpacker->end;
}
