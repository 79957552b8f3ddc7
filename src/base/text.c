#include "base/text.h"

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
