#include "base/text.h"

#include <apr_escape.h>
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
    while (*prefix && *prefix == *text) {
        ++prefix;
        ++text;
    }
    return !*prefix;
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

/* Octets of the white space at `at`, beyond ASCII and the byte order mark among it; 0
 * when there is none. */
static size_t wide_space(const char *at)
{
    static const char *const spaces[] = {
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
        "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
        "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf",
    };

    for (size_t i = 0; i < sizeof(spaces) / sizeof(*spaces); ++i) {
        if (cog_text_begins(at, spaces[i])) {
            return strlen(spaces[i]);
        }
    }
    return 0;
}

/* Octets at `at` in `text` that could make a reader see another list. */
static size_t misleading(const char *text, const char *at)
{
    unsigned char c = (unsigned char)*at;

    if (c == ' ') {
        return at == text || at[1] == '\0';
    }
    if (c == ',' || c == '%' || c < ' ' || c == 0x7f) {
        return 1;
    }
    return c > 0x7f ? wide_space(at) : 0;
}

char *cog_text_percent(char *out, unsigned char octet)
{
    static const char hex[] = "0123456789ABCDEF";

    *out++ = '%';
    *out++ = hex[octet >> 4];
    *out++ = hex[octet & 15];
    return out;
}

static char *write_element(const char *text, char *out)
{
    size_t encoded = 0;

    for (const char *c = text; *c; ++c) {
        encoded = encoded ? encoded : misleading(text, c);
        if (!encoded) {
            *out++ = *c;
            continue;
        }
        out = cog_text_percent(out, (unsigned char)*c);
        --encoded;
    }
    return out;
}

const char *cog_text_join(apr_pool_t *pool, const apr_array_header_t *texts)
{
    size_t room = 1;
    char *joined;
    char *out;

    for (int i = 0; i < texts->nelts; ++i) {
        room += 3 * strlen(APR_ARRAY_IDX(texts, i, const char *)) + 1;
    }
    joined = out = apr_palloc(pool, room);
    for (int i = 0; i < texts->nelts; ++i) {
        if (i > 0) {
            *out++ = ',';
        }
        out = write_element(APR_ARRAY_IDX(texts, i, const char *), out);
    }
    *out = '\0';
    return joined;
}

apr_array_header_t *cog_text_split(apr_pool_t *pool, const char *joined)
{
    apr_array_header_t *texts = apr_array_make(pool, 4, sizeof(const char *));
    char *begin = *joined ? apr_pstrdup(pool, joined) : NULL;

    while (begin) {
        char *end = strchr(begin, ',');

        if (end) {
            *end++ = '\0';
        }
        (void)apr_unescape_url(begin, begin, APR_ESCAPE_STRING, NULL, NULL, 0, NULL);
        APR_ARRAY_PUSH(texts, const char *) = begin;
        begin = end;
    }
    return texts;
}
