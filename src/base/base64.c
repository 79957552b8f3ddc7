#include "base/base64.h"

#include <stdint.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* clang-format off */
#define NO 64
/* The value of each octet from 0x20 to 0x7f in the alphabet; NO for all others. */
#define VALUES(V) \
    OTHERS(V) OTHERS(V) \
    V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(62) V(NO) V(NO) \
    V(52) V(53) V(54) V(55) V(56) V(57) V(58) V(59) V(60) V(61) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) \
    V(NO) V(0)  V(1)  V(2)  V(3)  V(4)  V(5)  V(6)  V(7)  V(8)  V(9)  V(10) V(11) V(12) V(13) V(14) \
    V(15) V(16) V(17) V(18) V(19) V(20) V(21) V(22) V(23) V(24) V(25) V(NO) V(NO) V(NO) V(NO) V(63) \
    V(NO) V(26) V(27) V(28) V(29) V(30) V(31) V(32) V(33) V(34) V(35) V(36) V(37) V(38) V(39) V(40) \
    V(41) V(42) V(43) V(44) V(45) V(46) V(47) V(48) V(49) V(50) V(51) V(NO) V(NO) V(NO) V(NO) V(NO) \
    OTHERS(V) OTHERS(V) OTHERS(V) OTHERS(V) OTHERS(V) OTHERS(V) OTHERS(V) OTHERS(V)
#define OTHERS(V) \
    V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO) V(NO)

/* The same as the bits that a character gives to its group of three octets, where they
 * stand in a word of memory; the fourth octet says: none. */
#if APR_IS_BIGENDIAN
#define OCTET(bits, number) ((uint32_t)(bits) << (24 - 8 * (number)))
#else
#define OCTET(bits, number) ((uint32_t)(bits) << (8 * (number)))
#endif
#define BAD OCTET(1, 3)
#define FIRST(value)  ((value) == NO ? BAD : OCTET((value) << 2, 0)),
#define SECOND(value) ((value) == NO ? BAD : OCTET((value) >> 4, 0) | OCTET(((value) & 15) << 4, 1)),
#define THIRD(value)  ((value) == NO ? BAD : OCTET((value) >> 2, 1) | OCTET(((value) & 3) << 6, 2)),
#define FOURTH(value) ((value) == NO ? BAD : OCTET(value, 2)),
static const uint32_t places[4][256] = {
    {VALUES(FIRST)}, {VALUES(SECOND)}, {VALUES(THIRD)}, {VALUES(FOURTH)},
};
/* clang-format on */

const char *cog_base64url_encode(apr_pool_t *pool, cog_span_t data)
{
    char *text = apr_palloc(pool, data.len / 3 * 4 + 5);
    char *out = text;
    size_t i = 0;

    for (; i + 2 < data.len; i += 3) {
        const unsigned char *in = data.bytes + i;

        *out++ = alphabet[in[0] >> 2];
        *out++ = alphabet[(in[0] & 3) << 4 | in[1] >> 4];
        *out++ = alphabet[(in[1] & 15) << 2 | in[2] >> 6];
        *out++ = alphabet[in[2] & 63];
    }
    if (i < data.len) {
        unsigned first = data.bytes[i];
        unsigned second = i + 1 < data.len ? data.bytes[i + 1] : 0;

        *out++ = alphabet[first >> 2];
        *out++ = alphabet[(first & 3) << 4 | second >> 4];
        if (i + 1 < data.len) {
            *out++ = alphabet[(second & 15) << 2];
        }
    }
    *out = '\0';
    return text;
}

/* Four characters: as a word, and as three octets and one that says: none. */
typedef struct {
    unsigned char octets[4];
} group_t;

typedef union {
    uint32_t word;
    group_t group;
} decoded_t;

/* Four characters; writes a fourth octet, which the next group overwrites. Returns the
 * word, which says whether one of them was none. */
static uint32_t decode_group(const unsigned char *in, unsigned char *out)
{
    decoded_t four = {places[0][in[0]] | places[1][in[1]] | places[2][in[2]] |
                      places[3][in[3]]};

    *(group_t *)out = four.group;
    return four.word;
}

/* Sixteen, so that there is less to count. */
static uint32_t decode_groups(const unsigned char *in, unsigned char *out)
{
    uint32_t seen = decode_group(in, out);

    seen |= decode_group(in + 4, out + 3);
    seen |= decode_group(in + 8, out + 6);
    return seen | decode_group(in + 12, out + 9);
}

/* The last two or three characters: their unused bits, in an octet of their own, must be
 * zero. */
static int decode_rest(const unsigned char *in, size_t len, unsigned char *out)
{
    uint32_t third = len == 3 ? places[2][in[2]] : 0;
    decoded_t rest = {places[0][in[0]] | places[1][in[1]] | third};

    out[0] = rest.group.octets[0];
    if (len == 3) {
        out[1] = rest.group.octets[1];
    }
    return rest.group.octets[len - 1] == 0 && rest.group.octets[3] == 0;
}

cog_err_t cog_base64url_decode(apr_pool_t *pool, const char *text, size_t len,
                               cog_span_t *data)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t rest = len % 4;
    const unsigned char *end;
    unsigned char *bytes;
    unsigned char *out;
    uint32_t seen = 0;

    COG_REQUIRE(rest != 1, COG_E_BAD_BASE64);
    bytes = out = apr_palloc(pool, len / 4 * 3 + 4);
    end = in + (len - rest);
    for (; end - in >= 16; in += 16, out += 12) {
        seen |= decode_groups(in, out);
    }
    for (; in < end; in += 4, out += 3) {
        seen |= decode_group(in, out);
    }
    COG_REQUIRE(!(seen & BAD), COG_E_BAD_BASE64);
    if (rest) {
        COG_REQUIRE(decode_rest(in, rest, out), COG_E_BAD_BASE64);
        out += rest - 1;
    }
    *out = '\0';
    *data = (cog_span_t){bytes, (size_t)(out - bytes)};
    return COG_OK;
}
