/* Reaches: cog_cookie_find, cog_cookie_names, cog_cookie_strip, cog_cookie_join,
 * cog_cookie_split, cog_cookie_remove, cog_cookie_lines_read. The input is a Cookie
 * header; ours begin with "s".
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>

#include "session/cookie_chunks.h"
#include "session/cookie_lines.h"

#define OURS "s"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static int is_same(cog_span_t a, cog_span_t b)
{
    return a.len == b.len && memcmp(a.bytes, b.bytes, a.len) == 0;
}

static apr_array_header_t *cookies_of(apr_pool_t *pool, const char *header)
{
    apr_array_header_t *cookies;

    (void)cog_cookie_strip(pool, cog_span_of(header), "", &cookies);
    return cookies;
}

static int is_ours(const char *name)
{
    return strncmp(name, OURS, strlen(OURS)) == 0;
}

/* Ours are listed and gone, and every other cookie is found with the value that it had.
 */
static void check_strip(apr_pool_t *pool, const char *header)
{
    apr_array_header_t *all = cookies_of(pool, header);
    apr_array_header_t *names = cog_cookie_names(pool, all, "");
    apr_array_header_t *own, *none;
    const char *kept = cog_cookie_strip(pool, cog_span_of(header), OURS, &own);
    apr_array_header_t *others = cookies_of(pool, kept);

    must(cog_cookie_names(pool, others, OURS)->nelts == 0);
    must(cog_cookie_strip(pool, cog_span_of(kept), OURS, &none) == kept && !none);
    must(kept == NULL || strlen(kept) <= strlen(header));
    for (int i = 0; i < names->nelts; ++i) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        cog_span_t before, after;

        must(cog_cookie_find(all, name, &before));
        must(cog_cookie_find(is_ours(name) ? own : others, name, &after));
        must(is_same(before, after));
    }
}

/* Whatever is the value of another cookie, none of it is ours, and nothing that looks
 * like it is left. */
static void check_lines(apr_pool_t *pool, const char *header)
{
    char *planted = apr_pstrcat(pool, "x=", header, NULL);
    cog_cookie_lines_t lines, again;

    for (char *c = strchr(planted, ';'); c; c = strchr(c, ';')) {
        *c = ',';
    }
    cog_cookie_lines_read(pool, planted, OURS, &lines);
    must(!lines.own && lines.kept);
    must(lines.has_doubtful == (lines.kept != planted));
    cog_cookie_lines_read(pool, lines.kept, OURS, &again);
    must(again.kept == lines.kept && !again.own && !again.has_doubtful);
}

/* What lies in the header is inside of it; what is joined is no longer than it. */
static void check_join(apr_pool_t *pool, const char *header)
{
    apr_array_header_t *cookies = cookies_of(pool, header);
    cog_span_t value;

    if (cog_cookie_find(cookies, OURS, &value)) {
        must((const char *)value.bytes >= header);
        must((const char *)value.bytes + value.len <= header + strlen(header));
    }
    if (cog_cookie_join(pool, cookies, OURS, &value) == COG_OK) {
        must(value.len < strlen(header));
    }
}

/* A browser that has this header can be given a new value, or be made to forget all. */
static void check_settings(apr_pool_t *pool, const char *header)
{
    static const cog_cookie_style_t style = {OURS, "/", "; Path=/"};
    cog_cookie_jar_t jar = {&style, cookies_of(pool, header),
                            apr_array_make(pool, 1, sizeof(char *))};

    must(cog_cookie_split(pool, &jar, OURS, "new", 4) == COG_OK);
    must(jar.settings->nelts <= COG_COOKIE_MAX_CHUNKS);
    must(strcmp(APR_ARRAY_IDX(jar.settings, 0, const char *), "s=1new; Path=/") == 0);
    apr_array_clear(jar.settings);
    cog_cookie_remove(pool, &jar, OURS);
    must(jar.settings->nelts <= COG_COOKIE_MAX_CHUNKS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = strnlen((const char *)data, size);
    char *header = malloc(len + 1); /* ends where its memory ends */
    static apr_pool_t *pool;

    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    memcpy(header, data, len);
    header[len] = '\0';
    check_strip(pool, header);
    check_lines(pool, header);
    check_join(pool, header);
    check_settings(pool, header);
    apr_pool_clear(pool);
    free(header);
    return 0;
}
