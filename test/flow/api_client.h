/* An API client, which presents tokens. */
#ifndef COG_TEST_API_CLIENT_H
#define COG_TEST_API_CLIENT_H

#include "test/flow/world.h"

/* What an access token says of its user, and of its app: members in single quotes. */
#define USER ",'sub':'sub-9','username':'bob','cognito:groups':['api']"
#define APP  ",'client_id':'" WORLD_CLIENT "'"

/* A world whose place accepts these, and whose access tokens are the user's. */
world_t *world_for(apr_pool_t *pool, unsigned accepts);

/* Ask for something with this Authorization header; NULL: with none. */
cog_reply_t *ask(world_t *world, const char *authorization);
cog_reply_t *present(world_t *world, const char *token);

#endif
