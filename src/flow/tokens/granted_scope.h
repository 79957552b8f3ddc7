/* The scopes that a login was granted: the access token says them, the ID token does not.
 */
#ifndef COG_FLOW_GRANTED_SCOPE_H
#define COG_FLOW_GRANTED_SCOPE_H

#include <jansson.h>

#include "flow/flow.h"
#include "oidc/token.h"

/* Set `scope` of an ID token's verified claims to that of the access token that came with
 * it, which is verified for this: of the place's client, for the same sub; else COG_E_*.
 * Nothing is done where the configuration keeps no claim of this name: it has to be
 * named, for it is none of the default ones of a session. */
cog_err_t cog_granted_scope_add(cog_flow_t *flow, const cog_tokens_t *tokens,
                                json_t *claims);

#endif
