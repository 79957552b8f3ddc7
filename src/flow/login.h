/* Sending a user to the hosted UI. */
#ifndef COG_FLOW_LOGIN_H
#define COG_FLOW_LOGIN_H

#include "flow/flow.h"

typedef struct {
    const cog_place_t *place; /* whose client and login parameters are used */
    const char *return_to;    /* a path of this site, already judged */
    int attempt;              /* 0, or 1 for the one repeated login */
} cog_login_order_t;

/* Start a login: reply with a redirect to the authorize endpoint and the login's sealed
 * cookie. The oldest logins of this browser make room. */
cog_err_t cog_login_start(cog_flow_t *flow, const cog_login_order_t *order,
                          cog_reply_t *reply);

/* The URL that starts a login from a script or a link, back to `return_to` (NULL: to
 * "/"). */
const char *cog_login_url(const cog_flow_t *flow, const char *return_to);

#endif
