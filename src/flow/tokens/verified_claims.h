/* From tokens to claims that can be believed. */
#ifndef COG_FLOW_VERIFIED_CLAIMS_H
#define COG_FLOW_VERIFIED_CLAIMS_H

#include <jansson.h>

#include "flow/flow.h"
#include "oidc/token.h"
#include "session/login_state.h"
#include "session/tokens_codec.h"

/* The verified claims of the ID token that answers `login`, joined by userInfo where that
 * is wanted. */
cog_err_t cog_verified_claims_of_login(cog_flow_t *flow, const cog_login_state_t *login,
                                       const cog_tokens_t *tokens, json_t **claims);

/* Those of a renewed ID token, which is of the session's user; NULL when the user pool
 * gave none. */
cog_err_t cog_verified_claims_of_renewal(cog_flow_t *flow, const cog_session_t *session,
                                         const cog_session_tokens_t *before,
                                         const cog_tokens_t *tokens, json_t **claims);

#endif
