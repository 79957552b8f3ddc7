/* From an authorization code, or a refresh token, to claims that can be believed. */
#ifndef COG_FLOW_REDEEM_H
#define COG_FLOW_REDEEM_H

#include <jansson.h>

#include "flow/flow.h"
#include "oidc/token.h"
#include "session/login_state.h"
#include "session/tokens_codec.h"

#define COG_CLOCK_LEEWAY_SEC 60

/* Redeem the code at the token endpoint, once: it is never sent again, but with the
 * client's second secret when the first was not accepted. */
cog_err_t cog_redeem_code(cog_flow_t *flow, const cog_login_state_t *login,
                          cog_secret_t code, cog_tokens_t *tokens);

/* The verified claims of the ID token, joined by userInfo where that is wanted. */
cog_err_t cog_redeem_verify(cog_flow_t *flow, const cog_login_state_t *login,
                            const cog_tokens_t *tokens, json_t **claims);

/* New tokens for a refresh token, once; the second secret likewise. */
cog_err_t cog_redeem_refresh_token(cog_flow_t *flow, cog_secret_t refresh_token,
                                   cog_tokens_t *tokens);

/* The verified claims of a renewed ID token, which is of the session's user; NULL when
 * the user pool gave none. */
cog_err_t cog_redeem_verify_renewed(cog_flow_t *flow, const cog_session_t *session,
                                    const cog_session_tokens_t *before,
                                    const cog_tokens_t *tokens, json_t **claims);

#endif
