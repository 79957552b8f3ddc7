/* Places that ask for users, and the virtual hosts around them: can each be served?
 * `hosts`: cog_host_t, the main server first. */
#ifndef COG_HTTPD_START_PLACES_H
#define COG_HTTPD_START_PLACES_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "httpd/conf/resolve.h"
#include "httpd/conf/tree.h"

/* Returns what must not be: a host that is meant to be served and cannot, or a place that
 * uses a client which nobody knows. NULL: all is well. */
const char *cog_places_check(apr_pool_t *pool, const cog_tree_t *tree,
                             const apr_array_header_t *hosts);

/* Tell the log what may be meant so: hosts that refuse all requests, and places that ask
 * nobody. */
void cog_places_warn(apr_pool_t *pool, const cog_tree_t *tree,
                     const apr_array_header_t *hosts);

#endif
