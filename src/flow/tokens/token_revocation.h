/* Refresh tokens whose session has ended are revoked at the user pool (RFC 7009), best
 * effort. */
#ifndef COG_FLOW_TOKEN_REVOCATION_H
#define COG_FLOW_TOKEN_REVOCATION_H

#include "flow/flow.h"

/* Revoke it once the browser has its answer, as what is left for `reply` to do
 * afterwards. To be called once for each token; an unset one is nothing. What fails is a
 * warning. */
void cog_token_revoke_afterwards(cog_flow_t *flow, const cog_client_conf_t *client,
                                 cog_secret_t refresh_token, cog_reply_t *reply);

#endif
