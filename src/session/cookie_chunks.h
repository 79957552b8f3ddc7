/* A value that may be too long for one cookie, in up to four: the cookie `name` holds the
 * number of chunks ('1' to '4') and the first of them, `name.1` to `name.3` the others.
 */
#ifndef COG_SESSION_COOKIE_CHUNKS_H
#define COG_SESSION_COOKIE_CHUNKS_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "base/error.h"
#include "base/span.h"
#include "session/cookie.h"

#define COG_COOKIE_CHUNK      3800 /* bytes of value in one cookie */
#define COG_COOKIE_MAX_CHUNKS 4

/* The value; a part of the header itself where there is one chunk. COG_E_NO_SESSION when
 * a chunk is missing or their number is none. */
cog_err_t cog_cookie_join(apr_pool_t *pool, const apr_array_header_t *cookies,
                          const char *name, cog_span_t *value);

/* How many bytes of a Cookie header `name` and its chunks take, separators included. */
size_t cog_cookie_size(apr_pool_t *pool, const apr_array_header_t *cookies,
                       const char *name);

/* What a browser holds, and what it is told to hold. */
typedef struct {
    const cog_cookie_style_t *style;
    const apr_array_header_t *cookies; /* of the request: cog_cookie_t, or NULL */
    apr_array_header_t *settings;      /* Set-Cookie values: `const char *` */
} cog_cookie_jar_t;

/* Append the Set-Cookie values that write `value` in chunks, and delete those chunks of a
 * longer one that the request still holds. COG_E_SESSION_TOO_LARGE when more than
 * `max_chunks` are needed; nothing is written then. */
cog_err_t cog_cookie_split(apr_pool_t *pool, cog_cookie_jar_t *jar, const char *name,
                           const char *value, int max_chunks);

/* Append what deletes `name` and its chunks, as far as the request holds them. */
void cog_cookie_remove(apr_pool_t *pool, cog_cookie_jar_t *jar, const char *name);

#endif
