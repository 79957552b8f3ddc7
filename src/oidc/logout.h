/* Cognito's sign-out, which is not RP-initiated logout. */
#ifndef COG_OIDC_LOGOUT_H
#define COG_OIDC_LOGOUT_H

#include <apr_pools.h>

/* <endpoint>?client_id=…&logout_uri=…; `logout_uri` must be registered, byte for byte. */
const char *cog_logout_url(apr_pool_t *pool, const char *endpoint, const char *client_id,
                           const char *logout_uri);

#endif
