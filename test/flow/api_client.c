#include "test/flow/api_client.h"

#include <apr_strings.h>

world_t *world_for(apr_pool_t *pool, unsigned accepts)
{
    world_t *world = world_make(pool);

    world->place.accepts = accepts;
    world->access_claims = APP USER ",'scope':'openid orders/read'";
    return world;
}

cog_reply_t *ask(world_t *world, const char *authorization)
{
    if (authorization) {
        world_header(world, "Authorization", authorization);
    }
    return world_get(world, "/api");
}

cog_reply_t *present(world_t *world, const char *token)
{
    return ask(world, apr_pstrcat(world->pool, "Bearer ", token, NULL));
}
