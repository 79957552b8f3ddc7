#include "session/cookie_lines.h"

#include <apr_strings.h>
#include <string.h>

/* What stands before a name but for white space; NULL: nothing. */
static char *find_before(char *header, char *name)
{
    while (name > header && (name[-1] == ' ' || name[-1] == '\t')) {
        --name;
    }
    return name > header ? name - 1 : NULL;
}

static int begins_cookie(char *header, char *name)
{
    const char *before = find_before(header, name);

    return !before || *before == ';';
}

static char *split_behind_ours(char *header, const char *prefix)
{
    for (char *c = strstr(header, prefix); c; c = strstr(c + 1, prefix)) {
        char *end = begins_cookie(header, c) ? c + strcspn(c, ",;") : NULL;

        if (end && end[0] == ',' && end[1] == ' ') {
            *end = ';';
        }
    }
    return header;
}

static char *split_before_ours(char *header, const char *prefix)
{
    for (char *c = strstr(header, prefix); c; c = strstr(c + 1, prefix)) {
        char *before = find_before(header, c);

        if (before && *before == ',') {
            *before = ';';
        }
    }
    return header;
}

static void take_out_doubtful(apr_pool_t *pool, const char *prefix,
                              cog_cookie_lines_t *lines)
{
    char *split = split_before_ours(apr_pstrdup(pool, lines->kept), prefix);
    apr_array_header_t *doubtful;
    const char *kept;

    split = split_behind_ours(split, prefix);
    kept = cog_cookie_strip(pool, cog_span_of(split), prefix, &doubtful);
    if (kept != split) {
        lines->kept = kept;
        lines->has_doubtful = 1;
    }
}

/* The header of most requests has no comma at all. */
void cog_cookie_lines_read(apr_pool_t *pool, const char *header, const char *prefix,
                           cog_cookie_lines_t *lines)
{
    size_t len = strlen(header);
    int has_comma = memchr(header, ',', len) != NULL;
    const char *split =
        has_comma ? split_behind_ours(apr_pstrmemdup(pool, header, len), prefix) : header;

    lines->has_doubtful = 0;
    lines->kept = cog_cookie_strip(pool, (cog_span_t){(const unsigned char *)split, len},
                                   prefix, &lines->own);
    if (lines->kept == split) {
        lines->kept = header;
    }
    if (has_comma && lines->kept && strchr(lines->kept, ',')) {
        take_out_doubtful(pool, prefix, lines);
    }
}
