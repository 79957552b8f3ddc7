#include "session/cookie_chunks.h"

#include <apr_strings.h>
#include <string.h>

static const char *chunk_name(apr_pool_t *pool, const char *name, int index)
{
    return index == 0 ? name : apr_psprintf(pool, "%s.%d", name, index);
}

/* The number is what the browser says: it decides which names are looked for, and never
 * how much is allocated. */
static int chunk_count(cog_span_t first)
{
    int count = first.len > 0 ? first.bytes[0] - '0' : 0;

    return count >= 1 && count <= COG_COOKIE_MAX_CHUNKS ? count : 0;
}

static cog_span_t concatenate(apr_pool_t *pool, const cog_span_t *chunks, int count)
{
    size_t len = 0;
    unsigned char *bytes, *to;

    for (int i = 0; i < count; ++i) {
        len += chunks[i].len;
    }
    to = bytes = apr_palloc(pool, len);
    for (int i = 0; i < count; ++i) {
        memcpy(to, chunks[i].bytes, chunks[i].len);
        to += chunks[i].len;
    }
    return (cog_span_t){bytes, len};
}

cog_err_t cog_cookie_join(apr_pool_t *pool, const apr_array_header_t *cookies,
                          const char *name, cog_span_t *value)
{
    cog_span_t chunks[COG_COOKIE_MAX_CHUNKS];
    int count;

    COG_REQUIRE(cog_cookie_find(cookies, name, &chunks[0]), COG_E_NO_SESSION);
    count = chunk_count(chunks[0]);
    COG_REQUIRE(count > 0, COG_E_NO_SESSION);
    ++chunks[0].bytes;
    --chunks[0].len;
    for (int i = 1; i < count; ++i) {
        COG_REQUIRE(cog_cookie_find(cookies, chunk_name(pool, name, i), &chunks[i]),
                    COG_E_NO_SESSION);
    }
    *value = count == 1 ? chunks[0] : concatenate(pool, chunks, count);
    return COG_OK;
}

size_t cog_cookie_size(apr_pool_t *pool, const apr_array_header_t *cookies,
                       const char *name)
{
    size_t size = 0;
    cog_span_t value;

    for (int i = 0; i < COG_COOKIE_MAX_CHUNKS; ++i) {
        const char *chunk = chunk_name(pool, name, i);

        if (cog_cookie_find(cookies, chunk, &value)) {
            size += strlen(chunk) + value.len + strlen("=; ");
        }
    }
    return size;
}

static void add_setting(cog_cookie_jar_t *jar, const char *setting)
{
    APR_ARRAY_PUSH(jar->settings, const char *) = setting;
}

static void expire_from(apr_pool_t *pool, cog_cookie_jar_t *jar, const char *name,
                        int first)
{
    cog_span_t value;

    for (int i = first; i < COG_COOKIE_MAX_CHUNKS; ++i) {
        const char *chunk = chunk_name(pool, name, i);

        if (cog_cookie_find(jar->cookies, chunk, &value)) {
            add_setting(jar, cog_cookie_expire(pool, jar->style, chunk));
        }
    }
}

cog_err_t cog_cookie_split(apr_pool_t *pool, cog_cookie_jar_t *jar, const char *name,
                           const char *value, int max_chunks)
{
    int limit = max_chunks < COG_COOKIE_MAX_CHUNKS ? max_chunks : COG_COOKIE_MAX_CHUNKS;
    size_t count = strlen(value) / COG_COOKIE_CHUNK + 1;
    const char *rest;

    COG_REQUIRE(limit > 0 && count <= (size_t)limit, COG_E_SESSION_TOO_LARGE);
    rest = apr_psprintf(pool, "%d%s", (int)count, value);
    for (int i = 0; i < (int)count; ++i) {
        const char *chunk = apr_pstrndup(pool, rest, COG_COOKIE_CHUNK);

        add_setting(jar, cog_cookie_write(pool, jar->style, chunk_name(pool, name, i),
                                          chunk, -1));
        rest += strlen(chunk);
    }
    expire_from(pool, jar, name, (int)count);
    return COG_OK;
}

void cog_cookie_remove(apr_pool_t *pool, cog_cookie_jar_t *jar, const char *name)
{
    expire_from(pool, jar, name, 0);
}
