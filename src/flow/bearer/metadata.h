/* Metadata of protected resources (RFC 9728) and of the authorization servers behind them
 * (RFC 8414): from a 401 to a token, for clients that knew neither before. */
#ifndef COG_FLOW_METADATA_H
#define COG_FLOW_METADATA_H

#include <apr_pools.h>

/* Where the metadata of the resource with this identifier are. */
const char *cog_metadata_url(apr_pool_t *pool, const char *resource);

#endif
