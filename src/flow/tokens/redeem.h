/* From an authorization code, or a refresh token, to tokens. */
#ifndef COG_FLOW_REDEEM_H
#define COG_FLOW_REDEEM_H

#include "flow/flow.h"
#include "oidc/token.h"
#include "session/login_state.h"

/* Redeem the code at the token endpoint, once: it is never sent again, but with the
 * client's second secret when the first was not accepted. */
cog_err_t cog_redeem_code(cog_flow_t *flow, const cog_login_state_t *login,
                          cog_secret_t code, cog_tokens_t *tokens);

/* New tokens for a refresh token, once; the second secret likewise. */
cog_err_t cog_redeem_refresh_token(cog_flow_t *flow, cog_secret_t refresh_token,
                                   cog_tokens_t *tokens);

#endif
