/* Where a user lands after the sign-out. Cognito takes a constant logout_uri only, so the
 * way on is kept in a sealed cookie. */
#ifndef COG_FLOW_LOGOUT_RETURN_H
#define COG_FLOW_LOGOUT_RETURN_H

#include "flow/flow.h"

/* `wanted` when it is a path of this site or one of CognitoLogoutReturn's, else the first
 * of those; "" (the page that says so) when there are none. */
const char *cog_logout_return_choose(cog_flow_t *flow, const char *wanted);

/* Remember it for the time of the way through the user pool. */
cog_err_t cog_logout_return_set(cog_flow_t *flow, const char *target, cog_reply_t *reply);

/* What was remembered, and is forgotten from now on; else as if nothing had been wanted.
 */
const char *cog_logout_return_take(cog_flow_t *flow, cog_reply_t *reply);

#endif
