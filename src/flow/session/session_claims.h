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

/* When a token was issued, and when it ends: seconds since 1970. */
typedef struct {
    int64_t issued;
    int64_t expires;
} cog_token_life_t;

/* Set when the claims are to be renewed and when they end, as their token does. Sessions
 * are renewed at different times, from three quarters of the token's life on. Never, when
 * CognitoRefresh is off. */
void cog_session_set_life(const cog_flow_t *flow, const cog_token_life_t *token,
                          int has_refresh_token, cog_session_t *session);

/* As the claims of an ID token say. */
cog_token_life_t cog_token_life_of(const json_t *claims);

/* What is kept of `fresh` tokens; a refresh token that does not come again is that of
 * `before`. */
void cog_session_take_tokens(const cog_flow_t *flow, const cog_tokens_t *fresh,
                             const cog_session_tokens_t *before,
                             cog_session_tokens_t *kept);

#endif
