#include "base/text.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

int cog_text_has_control(const char *text)
{
    for (; *text; ++text) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            return 1;
        }
    }
    return 0;
}

/* How many octets follow the first one of a character; -1: it cannot be a first one. */
static int count_following(unsigned char first)
{
    if (first < 0x80) {
        return 0;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return 1;
    }
    if (first >= 0xe0 && first <= 0xef) {
        return 2;
    }
    return first >= 0xf0 && first <= 0xf4 ? 3 : -1;
}

/* RFC 3629, 4: the second octet's limits rule out overlong forms, surrogates and what is
 * above U+10FFFF. */
static int is_second(unsigned char first, unsigned char second)
{
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

    return second >= low && second <= high;
}

int cog_text_is_utf8(const char *text, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)text;

    for (size_t i = 0; i < len;) {
        int following = count_following(bytes[i]);

        if (following < 0 || (size_t)following >= len - i) {
            return 0;
        }
        for (int k = 1; k <= following; ++k) {
            unsigned char c = bytes[i + (size_t)k];

            if (k == 1 ? !is_second(bytes[i], c) : (c & 0xc0) != 0x80) {
                return 0;
            }
        }
        i += (size_t)following + 1;
    }
    return 1;
}

int cog_text_is_token(const char *text)
{
    const char *c = text;

    while ((unsigned char)*c < 0x80 &&
           (apr_isalnum(*c) || (*c && strchr("!#$%&'*+-.^_`|~", *c)))) {
        ++c;
    }
    return c > text && *c == '\0';
}

int cog_text_begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* What stands for an octet after a backslash, NUL when it has no name. */
static char name_of(unsigned char c)
{
    switch (c) {
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '"':
    case '\\':
        return (char)c;
    default:
        return '\0';
    }
}

/* One octet as itself, as `\n` or as `\x0b`; returns how many octets that makes. */
static size_t escape(unsigned char c, char *out)
{
    static const char hex[] = "0123456789abcdef";
    char name = name_of(c);

    if (c >= 0x20 && c < 0x7f && !name) {
        out[0] = (char)c;
        return 1;
    }
    out[0] = '\\';
    if (name) {
        out[1] = name;
        return 2;
    }
    out[1] = 'x';
    out[2] = hex[c >> 4];
    out[3] = hex[c & 15];
    return 4;
}

const char *cog_text_for_log(apr_pool_t *pool, const char *foreign, size_t limit)
{
    size_t room = foreign ? 4 * strlen(foreign) : 0;
    char escaped[4];
    char *text;
    size_t len = 0;

    if (!foreign) {
        return "-";
    }
    text = apr_palloc(pool, (room < limit ? room : limit) + 1);
    for (size_t step; *foreign; ++foreign, len += step) {
        step = escape((unsigned char)*foreign, escaped);
        if (len + step > limit) {
            break;
        }
        memcpy(text + len, escaped, step);
    }
    text[len] = '\0';
    return text;
}

const char *cog_text_join(apr_pool_t *pool, const apr_array_header_t *texts)
{
    size_t room = 1;
    char *joined;
    char *out;

    for (int i = 0; i < texts->nelts; ++i) {
        room += 2 * strlen(APR_ARRAY_IDX(texts, i, const char *)) + 1;
    }
    joined = out = apr_palloc(pool, room);
    for (int i = 0; i < texts->nelts; ++i) {
        if (i > 0) {
            *out++ = ',';
        }
        for (const char *c = APR_ARRAY_IDX(texts, i, const char *); *c; ++c) {
            if (*c == ',' || *c == '\\') {
                *out++ = '\\';
            }
            *out++ = *c;
        }
    }
    *out = '\0';
    return joined;
}

apr_array_header_t *cog_text_split(apr_pool_t *pool, const char *joined)
{
    apr_array_header_t *texts = apr_array_make(pool, 4, sizeof(const char *));
    char *out = apr_palloc(pool, strlen(joined) + 1);
    char *begin = out;

    for (const char *c = joined; *joined; ++c) {
        if (*c == '\0' || *c == ',') {
            *out++ = '\0';
            APR_ARRAY_PUSH(texts, const char *) = begin;
            begin = out;
        }
        if (*c == '\0') {
            break;
        }
        if (*c == ',') {
            continue;
        }
        c += *c == '\\' && c[1] != '\0';
        *out++ = *c;
    }
    return texts;
}

const char *cog_text_fold(apr_pool_t *pool, const char *name)
{
    char *folded = apr_pstrdup(pool, name);

    for (char *c = folded; *c; ++c) {
        *c = (unsigned char)*c < 0x80 && apr_isalnum(*c) ? (char)apr_tolower(*c) : '_';
    }
    return folded;
}
