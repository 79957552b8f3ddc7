#include "base/header_value.h"

#include <apr_encode.h>
#include <string.h>

#include "base/text.h"

#define NO_BREAK_SPACE 0xa0 /* many strip it as if it were a space */

static int is_blank(char c)
{
    return c == ' ' || (unsigned char)c == NO_BREAK_SPACE;
}

static const char *as_it_is(const char *value)
{
    size_t len = strlen(value);

    if (cog_text_has_control(value)) {
        return NULL;
    }
    return len == 0 || (value[0] != ' ' && value[len - 1] != ' ') ? value : NULL;
}

/* The character at `at`: all of Latin-1 but ASCII is two octets in UTF-8. 0 when it is
 * none of Latin-1, or one of the control characters from 0x80 to 0x9f. */
static unsigned char latin1_at(const unsigned char *at)
{
    int is_pair = (at[0] == 0xc2 && at[1] >= 0xa0) || (at[0] == 0xc3 && at[1] >= 0x80);

    if (at[0] < 0x80) {
        return at[0];
    }
    return is_pair && at[1] <= 0xbf ? (unsigned char)((at[0] & 3) << 6 | (at[1] & 0x3f))
                                    : 0;
}

static const char *as_latin1(apr_pool_t *pool, const char *value)
{
    const unsigned char *c = (const unsigned char *)value;
    char *latin1 = apr_palloc(pool, strlen(value) + 1);
    char *out = latin1;

    for (; *c; c += *c < 0x80 ? 1 : 2) {
        *out = (char)latin1_at(c);
        if (!*out) {
            return NULL;
        }
        ++out;
    }
    *out = '\0';
    if (out > latin1 && (is_blank(*latin1) || is_blank(out[-1]))) {
        return NULL;
    }
    return as_it_is(latin1);
}

static const char *percent_encoded(apr_pool_t *pool, const char *value, int is_list)
{
    char *encoded = apr_palloc(pool, 3 * strlen(value) + 1);
    char *out = encoded;

    for (const char *c = value; *c; ++c) {
        if (*c > ' ' && *c < 0x7f && (*c != '%' || is_list)) {
            *out++ = *c;
            continue;
        }
        out = cog_text_percent(out, (unsigned char)*c);
    }
    *out = '\0';
    return encoded;
}

const char *cog_header_value(apr_pool_t *pool, cog_header_encoding_t encoding,
                             cog_claim_kind_t kind, const char *value)
{
    switch (encoding) {
    case COG_HEADER_LATIN1:
        return as_latin1(pool, value);
    case COG_HEADER_BASE64:
        return apr_pencode_base64(pool, value, APR_ENCODE_STRING, APR_ENCODE_NONE, NULL);
    case COG_HEADER_PERCENT:
        return percent_encoded(pool, value, kind == COG_CLAIM_LIST);
    case COG_HEADER_UTF8:
        break;
    }
    return as_it_is(value);
}
