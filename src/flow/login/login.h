/* Sending a user to the hosted UI. */
#ifndef COG_FLOW_LOGIN_H
#define COG_FLOW_LOGIN_H

#include "flow/flow.h"
#include "oidc/authorize.h"

typedef struct {
    const cog_place_t *place; /* whose client and login parameters are used */
    const char *return_to;    /* a path of this site, already judged */
    int attempt;              /* 0, or how often it was tried before */
    int64_t max_age_sec; /* the user must have signed in within this time; 0: no matter */
    cog_screen_t screen; /* where it begins, unless it is repeated or has to be fresh */
    const char *provider; /* the identity provider that the user has chosen, where the
                           * place's parameters choose none; NULL: none */
    int keeps_form;       /* the form of this request is to survive the login */
    const char *form;     /* one that an earlier attempt has kept; NULL: none */
} cog_login_options_t;

/* Start a login: reply with a redirect to the authorize endpoint and the login's sealed
 * cookie. The oldest logins of this browser make room.
 *
 * With max_age_sec, the user pool is asked for a fresh sign-in: at first by `prompt` and
 * `max_age`; then, since the classic hosted UI knows neither, by its sign-out that leads
 * to a new sign-in; and if that has lost PKCE's challenge or the nonce on its way, for
 * what the sign-in was good for, in the ordinary way. */
cog_err_t cog_login_start(cog_flow_t *flow, const cog_login_options_t *options,
                          cog_reply_t *reply);

/* The URL that starts a login from a script or a link, back to `return_to` (NULL: to
 * "/"). With a `max_age_sec` above 0 it does so for who has signed in before that time,
 * too. */
const char *cog_login_url(const cog_flow_t *flow, const char *return_to,
                          int64_t max_age_sec);

/* Answer with 401, the reason and the URL of a login that helps against it and leads back
 * to `return_to`. */
void cog_login_refuse(const cog_flow_t *flow, cog_err_t err, const char *return_to,
                      int64_t max_age_sec, cog_reply_t *reply);

/* Was the sign-in within the time that the login asked for, and is there enough of it
 * left for the page that the user goes back to? */
int cog_login_is_fresh(const cog_flow_t *flow, int64_t max_age_sec, int64_t auth_time);

#endif
