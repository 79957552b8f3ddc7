/* URLs: parse, compare, and the rule where a browser may be sent back to. */
#ifndef COG_BASE_URL_H
#define COG_BASE_URL_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "base/error.h"

typedef struct {
    const char *scheme; /* "https" or "http" */
    const char *host;   /* lower case; an IPv6 address keeps its brackets */
    int port;           /* with the scheme's default filled in */
    const char *path;   /* begins with '/'; "/" when the URL has none */
    const char *query;  /* NULL when absent */
    const char
        *origin; /* scheme://host[:port], the port only when it is not the default */
} cog_url_t;

/* Parse an absolute http or https URL. Refuses user info, fragments, control characters,
 * spaces, backslashes, non-ASCII, a port that is none, dot segments in the path. */
cog_err_t cog_url_parse(apr_pool_t *pool, const char *text, cog_url_t *url);

/* Is it https, or http to 127.0.0.0/8, [::1], localhost or *.localhost? */
int cog_url_is_safe(const cog_url_t *url);

int cog_url_is_loopback(const cog_url_t *url);

/* May a browser be sent to `target`: a path of our own origin? It begins with one `/`, is
 * no more than 2048 bytes, and in no reading (raw, decoded once, decoded twice) begins
 * with `//` or `/\` or holds a control character, a space or a backslash. */
int cog_url_may_return_to(apr_pool_t *pool, const char *target);

#endif
