/* Refresh tokens whose session has ended: the user pool is told, best effort. */
#ifndef COG_FLOW_REVOKE_H
#define COG_FLOW_REVOKE_H

#include "flow/flow.h"

/* Revoke it when the browser has its answer, for which `reply` is told what is left to
 * do. To be called once for each token; an unset one is nothing. What fails is a
 * warning. */
void cog_revoke_afterwards(cog_flow_t *flow, const cog_client_conf_t *client,
                           cog_secret_t refresh_token, cog_reply_t *reply);

#endif
