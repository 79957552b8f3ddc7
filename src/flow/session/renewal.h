/* Renewing a session: new tokens for its refresh token, and new claims from them. */
#ifndef COG_FLOW_RENEWAL_H
#define COG_FLOW_RENEWAL_H

#include "flow/flow.h"

/* Renew `session` when its time has come. Of all who ask at once one renews. Who comes
 * with claims that are still good goes on with them meanwhile; others wait, for a second
 * only where CognitoGrace lets them go on then. COG_OK: `session` may be used, be it a
 * renewed one, or the old one because the user pool cannot be asked now (CognitoGrace).
 * COG_E_SESSION_EXPIRED: the user pool has ended it. COG_E_IDP_UNREACHABLE, or
 * COG_E_PROXY_AUTH: its claims are too old, and the user pool gives no new ones. */
cog_err_t cog_session_renew(cog_flow_t *flow, cog_session_t **session,
                            cog_reply_t *reply);

#endif
