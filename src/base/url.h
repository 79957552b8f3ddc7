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
    /* scheme://host[:port], the port only when it is not the default. */
    const char *origin;
} cog_url_t;

/* Parse an absolute http or https URL. Refuses user info, fragments, control characters,
 * spaces, backslashes, non-ASCII, a host that is neither a name nor an address, a port
 * that is none, and dot segments in the path, `%2e` included. NULL is no URL. */
cog_err_t cog_url_parse(apr_pool_t *pool, const char *text, cog_url_t *url);

/* Is it https, or http to 127.0.0.0/8, [::1], localhost or *.localhost? */
int cog_url_is_safe(const cog_url_t *url);

int cog_url_is_loopback(const cog_url_t *url);

/* May a browser be sent to `target`: path and query on our own origin? Of at most 2048
 * bytes, printable ASCII without space, `\` and `#`. Its path, as it is and however often
 * it is decoded, begins with one `/` and holds no dot segment and no `\`; path and query
 * hold no encoded control character. What is encoded more than eightfold is refused.
 * Encoded spaces, slashes and letters of any language are welcome. */
int cog_url_may_return_to(apr_pool_t *pool, const char *target);

#endif
