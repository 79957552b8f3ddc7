/* From what the user pool says of a user to what a session keeps of it. */
#ifndef COG_FLOW_SESSION_CLAIMS_H
#define COG_FLOW_SESSION_CLAIMS_H

#include <jansson.h>

#include "flow/flow.h"
#include "oidc/token.h"
#include "session/tokens_codec.h"

/* Fill in subject, claims and auth_time from verified claims of a login's ID token. */
void cog_session_take_claims(const cog_flow_t *flow, const json_t *claims,
                             cog_session_t *session);

/* Set when the claims are to be renewed and when they end, from the end of their token,
 * in seconds since 1970. Sessions are renewed at different times, from three quarters of
 * the token's life on. Never, when CognitoRefresh is off. */
void cog_session_set_life(const cog_flow_t *flow, int64_t token_expires,
                          int has_refresh_token, cog_session_t *session);

/* What is kept of `fresh` tokens; a refresh token that does not come again is that of
 * `before`. */
void cog_session_take_tokens(const cog_flow_t *flow, const cog_tokens_t *fresh,
                             const cog_session_tokens_t *before,
                             cog_session_tokens_t *kept);

#endif
