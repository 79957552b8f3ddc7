/* A few open connections that wait for their next use. */
#ifndef COG_NET_CONNECTION_POOL_H
#define COG_NET_CONNECTION_POOL_H

#include <apr_pools.h>

#include "net/server/connection.h"

#define COG_IDLE_MAX   16
#define COG_IDLE_LIMIT apr_time_from_sec(60)

typedef struct cog_connection_pool_t cog_connection_pool_t;

/* At first empty; what it holds at the end is closed with `pool`. Thread-safe. */
cog_err_t cog_connection_pool_make(apr_pool_t *pool, cog_connection_pool_t **connections);

/* One of this process that is open and quiet, and now the caller's; the youngest first.
 * FALSE when there is none. Closes what it finds dead, or idle for longer than
 * COG_IDLE_LIMIT. `now` is monotonic. */
int cog_connection_pool_take(cog_connection_pool_t *connections, apr_time_t now,
                             cog_connection_t *connection);

/* Keep it for the next one, or close it when there are enough. Its last answer must have
 * been read to the end. */
void cog_connection_pool_give(cog_connection_pool_t *connections, apr_time_t now,
                              cog_connection_t *connection);

#endif
