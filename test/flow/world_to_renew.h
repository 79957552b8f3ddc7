/* A world whose sessions live long enough to be renewed. */
#ifndef COG_TEST_WORLD_TO_RENEW_H
#define COG_TEST_WORLD_TO_RENEW_H

#include "test/flow/world.h"

/* Somebody has just signed in; the session is in the store, or in the cookies. */
world_t *world_to_renew(apr_pool_t *pool, int is_stored);

#endif
