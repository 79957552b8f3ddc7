/* The userInfo endpoint (OpenID Connect Core 1.0, 5.3) and Cognito's habits there. */
#ifndef COG_OIDC_USERINFO_H
#define COG_OIDC_USERINFO_H

#include <apr_pools.h>
#include <jansson.h>

#include "base/error.h"
#include "base/span.h"

/* Add what userInfo says to the ID token's claims; the ID token's own win. Its `sub` must
 * be theirs (else COG_E_TOKEN_SUBJECT). "true" and "false" of *_verified become booleans,
 * `identities` is parsed from its text, `username` is dropped (it is cognito:username),
 * so is what speaks about tokens or sign-ins (exp, auth_time, acr, cognito:*…). 429 and
 * 5xx are COG_E_IDP_BUSY, anything else but a JSON object under 200 is COG_E_IDP_ANSWER.
 */
cog_err_t cog_userinfo_merge(apr_pool_t *pool, int status, cog_span_t body,
                             json_t *claims);

#endif
