#include "base/base64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* clang-format off */
#define NONE 64
/* The value of each octet in the alphabet, NONE for all others. */
static const unsigned char values[256] = {
    64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,
    64,64,64,64,64,64,64,64,64,64,64,64,64,62,64,64,52,53,54,55,56,57,58,59,60,61,64,64,64,64,64,64,
    64, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,64,64,64,64,63,
    64,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,64,64,64,64,64,
    64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,
    64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,
    64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,
    64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,
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

/* The last two or three characters: their unused bits must be zero. */
static int decode_rest(const unsigned char *in, size_t len, unsigned char *out)
{
    unsigned a = values[in[0]];
    unsigned b = values[in[1]];
    unsigned c = len == 3 ? values[in[2]] : 0;
    int is_clean = len == 3 ? (c & 3) == 0 : (b & 15) == 0;

    out[0] = (unsigned char)(a << 2 | b >> 4);
    if (len == 3) {
        out[1] = (unsigned char)(b << 4 | c >> 2);
    }
    return is_clean && a < NONE && b < NONE && c < NONE;
}

cog_err_t cog_base64url_decode(apr_pool_t *pool, const char *text, size_t len,
                               cog_span_t *data)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t rest = len % 4;
    unsigned char *bytes;
    unsigned char *out;
    unsigned seen = 0;

    COG_REQUIRE(rest != 1, COG_E_BAD_BASE64);
    bytes = out = apr_palloc(pool, len / 4 * 3 + 4);
    for (const unsigned char *end = in + (len - rest); in < end; in += 4) {
        unsigned a = values[in[0]];
        unsigned b = values[in[1]];
        unsigned c = values[in[2]];
        unsigned d = values[in[3]];

        seen |= a | b | c | d;
        *out++ = (unsigned char)(a << 2 | b >> 4);
        *out++ = (unsigned char)(b << 4 | c >> 2);
        *out++ = (unsigned char)(c << 6 | d);
    }
    COG_REQUIRE(seen < NONE, COG_E_BAD_BASE64);
    if (rest) {
        COG_REQUIRE(decode_rest(in, rest, out), COG_E_BAD_BASE64);
        out += rest - 1;
    }
    *out = '\0';
    *data = (cog_span_t){bytes, (size_t)(out - bytes)};
    return COG_OK;
}
