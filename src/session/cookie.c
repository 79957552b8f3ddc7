#include "session/cookie.h"

#include <apr_strings.h>
#include <string.h>

#define MAX_NAMES 64

/* What stands between two semicolons. A quote does not hide a semicolon: to a browser it
 * is a character like others (RFC 6265, 5.2). */
typedef struct {
    const char *begin;
    const char *end;
    const char *name;
    size_t name_len;
    int has_value;
    cog_span_t value;
} piece_t;

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at)) {
        ++at;
    }
    return at;
}

static size_t trimmed_len(const char *begin, const char *end)
{
    while (end > begin && is_blank(end[-1])) {
        --end;
    }
    return (size_t)(end - begin);
}

/* Read the piece at `*at` and step to the next one; FALSE at the end of the header. With
 * thousands of octets in a header, memchr() is ten times as fast as strcspn(). */
static int next_piece(const char **at, const char *end, piece_t *piece)
{
    const char *semicolon, *equals, *value;

    if (!*at) {
        return 0;
    }
    semicolon = memchr(*at, ';', (size_t)(end - *at));
    piece->begin = *at;
    piece->end = semicolon ? semicolon : end;
    *at = semicolon ? semicolon + 1 : NULL;

    equals = memchr(piece->begin, '=', (size_t)(piece->end - piece->begin));
    piece->has_value = equals != NULL;
    piece->name = skip_blanks(piece->begin, piece->end);
    piece->name_len = trimmed_len(piece->name, equals ? equals : piece->end);
    value = skip_blanks(equals ? equals + 1 : piece->end, piece->end);
    piece->value.bytes = (const unsigned char *)value;
    piece->value.len = trimmed_len(value, piece->end);
    return 1;
}

static int begins_with(const piece_t *piece, const char *prefix, size_t len)
{
    return piece->name_len >= len && strncmp(piece->name, prefix, len) == 0;
}

static int is_empty(const piece_t *piece)
{
    return piece->name_len == 0 && !piece->has_value;
}

int cog_cookie_reaches(const char *cookie_path, const char *path)
{
    size_t len = strlen(cookie_path);

    return strcmp(cookie_path, "/") == 0 || (strncmp(path, cookie_path, len) == 0 &&
                                             (path[len] == '/' || path[len] == '\0'));
}

/* Append a piece as it is; only what is first needs no space before it. */
static char *append_piece(char *to, const char *first, const piece_t *piece)
{
    const char *from = to == first ? piece->name : piece->begin;
    size_t len = (size_t)(piece->end - from);

    if (to != first) {
        *to++ = ';';
    }
    memcpy(to, from, len);
    return to + len;
}

static const char *copy_others(apr_pool_t *pool, cog_span_t header, const char *prefix)
{
    const char *at = (const char *)header.bytes;
    const char *end = at + header.len;
    size_t len = strlen(prefix);
    char *kept = apr_palloc(pool, header.len + 1);
    char *to = kept;
    piece_t piece;

    while (next_piece(&at, end, &piece)) {
        if (!is_empty(&piece) && !begins_with(&piece, prefix, len)) {
            to = append_piece(to, kept, &piece);
        }
    }
    *to = '\0';
    return kept;
}

static void list(apr_pool_t *pool, apr_array_header_t **own, const piece_t *piece)
{
    if (!piece->has_value) {
        return;
    }
    if (!*own) {
        *own = apr_array_make(pool, 2, sizeof(cog_cookie_t));
    }
    APR_ARRAY_PUSH(*own, cog_cookie_t) = (cog_cookie_t){
        {(const unsigned char *)piece->name, piece->name_len},
        piece->value
    };
}

const char *cog_cookie_strip(apr_pool_t *pool, cog_span_t header, const char *prefix,
                             apr_array_header_t **own)
{
    const char *at = (const char *)header.bytes;
    const char *end = at + header.len;
    size_t len = strlen(prefix);
    int has_own = 0;
    int has_others = 0;
    piece_t piece;

    *own = NULL;
    while (next_piece(&at, end, &piece)) {
        if (begins_with(&piece, prefix, len)) {
            has_own = 1;
            list(pool, own, &piece);
        }
        else if (!is_empty(&piece)) {
            has_others = 1;
        }
    }
    if (!has_own) {
        return (const char *)header.bytes;
    }
    return has_others ? copy_others(pool, header, prefix) : NULL;
}

static int has_name(const cog_cookie_t *cookie, const char *name, size_t len)
{
    return cookie->name.len == len &&
           strncmp((const char *)cookie->name.bytes, name, len) == 0;
}

static const cog_cookie_t *cookie_at(const apr_array_header_t *cookies, int i)
{
    return &APR_ARRAY_IDX(cookies, i, cog_cookie_t);
}

int cog_cookie_find(const apr_array_header_t *cookies, const char *name,
                    cog_span_t *value)
{
    size_t len = strlen(name);

    for (int i = 0; cookies && i < cookies->nelts; ++i) {
        if (has_name(cookie_at(cookies, i), name, len)) {
            *value = cookie_at(cookies, i)->value;
            return 1;
        }
    }
    return 0;
}

static int holds_name(const apr_array_header_t *names, const cog_cookie_t *cookie)
{
    for (int i = 0; i < names->nelts; ++i) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (has_name(cookie, name, strlen(name))) {
            return 1;
        }
    }
    return 0;
}

apr_array_header_t *cog_cookie_names(apr_pool_t *pool, const apr_array_header_t *cookies,
                                     const char *prefix)
{
    apr_array_header_t *names = apr_array_make(pool, 4, sizeof(const char *));

    for (int i = 0; cookies && i < cookies->nelts && names->nelts < MAX_NAMES; ++i) {
        const cog_cookie_t *cookie = cookie_at(cookies, i);
        const char *name = (const char *)cookie->name.bytes;
        size_t len = strlen(prefix);

        if (cookie->name.len >= len && strncmp(name, prefix, len) == 0 &&
            !holds_name(names, cookie)) {
            APR_ARRAY_PUSH(names, const char *) =
                apr_pstrmemdup(pool, name, cookie->name.len);
        }
    }
    return names;
}

const char *cog_cookie_write(apr_pool_t *pool, const cog_cookie_style_t *style,
                             const char *name, const char *value, int max_age)
{
    const char *life = max_age < 0 ? "" : apr_psprintf(pool, "; Max-Age=%d", max_age);

    return apr_pstrcat(pool, name, "=", value, style->attributes, life, NULL);
}

const char *cog_cookie_expire(apr_pool_t *pool, const cog_cookie_style_t *style,
                              const char *name)
{
    return cog_cookie_write(pool, style, name, "", 0);
}
