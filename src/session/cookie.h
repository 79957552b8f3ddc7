/* Cookies: found in place, written with fixed attributes. */
#ifndef COG_SESSION_COOKIE_H
#define COG_SESSION_COOKIE_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "base/span.h"

/* From CognitoCookie. */
typedef struct {
    const char *prefix;     /* of all our cookies' names: "__Host-cognito_" */
    const char *path;       /* below which browsers send them: "/" */
    const char *attributes; /* "; Path=/; HttpOnly; Secure; SameSite=Lax" */
} cog_cookie_style_t;

/* Would a browser send a cookie of `cookie_path` with a request for `path`? (RFC 6265,
 * 5.1.4) */
int cog_cookie_reaches(const char *cookie_path, const char *path);

/* A cookie of a request, where it stands in its Cookie header. */
typedef struct {
    cog_span_t name;
    cog_span_t value;
} cog_cookie_t;

/* The header, which ends with a NUL, without the cookies whose name begins with `prefix`;
 * the others stay byte for byte. `header` itself when it has none of them; NULL when none
 * are left. `own` are those that were taken out, in order (cog_cookie_t); NULL when there
 * are none. What has no `=` is no cookie, but taken out too. */
const char *cog_cookie_strip(apr_pool_t *pool, cog_span_t header, const char *prefix,
                             apr_array_header_t **own);

/* The first of these cookies that has the name; FALSE when there is none. NULL is no
 * cookies, here and below. */
int cog_cookie_find(const apr_array_header_t *cookies, const char *name,
                    cog_span_t *value);

/* The names that begin with `prefix`, in order, each once, at most 64: `const char *`. */
apr_array_header_t *cog_cookie_names(apr_pool_t *pool, const apr_array_header_t *cookies,
                                     const char *prefix);

/* A Set-Cookie value. max_age in seconds, -1: until the browser closes. */
const char *cog_cookie_write(apr_pool_t *pool, const cog_cookie_style_t *style,
                             const char *name, const char *value, int max_age);

/* A Set-Cookie value that deletes the cookie. */
const char *cog_cookie_expire(apr_pool_t *pool, const cog_cookie_style_t *style,
                              const char *name);

#endif
