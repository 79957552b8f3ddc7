/* The cookies of the logins in flight: one each, few, small. */
#ifndef COG_FLOW_LOGIN_COOKIES_H
#define COG_FLOW_LOGIN_COOKIES_H

#include "flow/flow.h"
#include "session/login_state.h"

/* Set the cookie of `login`. Unreadable, late and the oldest ones are deleted until no
 * more than COG_LOGIN_MAX are left and all together take COG_LOGIN_COOKIE_ROOM bytes at
 * most. */
cog_err_t cog_login_cookie_set(cog_flow_t *flow, const cog_login_state_t *login,
                               cog_reply_t *reply);

/* The login of which the request holds a readable cookie and `state` speaks; it may be
 * late. COG_E_STATE_MISMATCH when there is none. */
cog_err_t cog_login_cookie_find(cog_flow_t *flow, const cog_login_state_t *state,
                                cog_login_state_t **login);

void cog_login_cookie_forget(cog_flow_t *flow, const cog_login_state_t *login,
                             cog_reply_t *reply);

#endif
