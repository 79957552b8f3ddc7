/* Shared by the files of the world only. */
#ifndef COG_TEST_WORLD_PRIVATE_H
#define COG_TEST_WORLD_PRIVATE_H

#include "test/flow/world.h"

/* Is this call of a port the one that fails? `context`: the world. */
int world_shall_fail(void *context);

/* The fetch port: what the user pool answers. `context`: the world. */
cog_err_t world_fetch(void *context, apr_pool_t *pool, const cog_log_t *log,
                      const cog_fetch_request_t *request, cog_fetch_response_t *response);

/* All ports of this world. */
cog_ports_t *world_ports(world_t *world);

#endif
