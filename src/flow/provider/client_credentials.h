/* By which an app client authenticates itself to its user pool (RFC 6749, 2.3): its
 * secret as it is now, or the second one while a rotation is under way. */
#ifndef COG_FLOW_CLIENT_CREDENTIALS_H
#define COG_FLOW_CLIENT_CREDENTIALS_H

#include <apr_pools.h>

#include "flow/conf.h"
#include "oidc/token.h"

/* How many there are to try, one after the other; at least 1, for a public client has
 * credentials without a secret. */
int cog_client_credentials_count(const cog_client_conf_t *client);

/* Those of number `index`, from 0 on: the secret as its file says now, else as it was
 * read at start. */
cog_client_credentials_t
cog_client_credentials(apr_pool_t *pool, const cog_client_conf_t *client, int index);

#endif
