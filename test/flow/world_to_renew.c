#include "test/flow/world_to_renew.h"

world_t *world_to_renew(apr_pool_t *pool, int is_stored)
{
    world_t *world = world_make(pool);

    world->conf.has_stored_sessions = is_stored;
    world->place.limits = (cog_session_limits_t){10 * 3600, 12 * 3600, 10 * 3600};
    world->conf.longest = world->place.limits;
    world_sign_in(world, "/");
    return world;
}
