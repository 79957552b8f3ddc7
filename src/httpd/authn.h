/* Who asks? The way from httpd's authentication phase to the flows and back. */
#ifndef COG_HTTPD_AUTHN_H
#define COG_HTTPD_AUTHN_H

#include <httpd.h>

#include "session/session.h"

/* In r->user: it is a machine, or nobody. httpd insists on a user between authentication
 * and authorization; cog_authz_check() takes it away again, for nothing may be granted to
 * them as to a user. */
#define COG_NO_USER ""

/* Whose request it is: the session that it was granted to at this place. NULL when there
 * is none, or when this place lets everybody in. */
const cog_session_t *cog_authn_session(request_rec *r);

/* Where tokens are accepted, Authorization was meant for us: nobody else sees it, whether
 * Require has asked who it is or not. To be called before anything is handed on. */
void cog_authn_hide_credentials(request_rec *r);

/* check_authn: grant the request to its user, or answer it. */
int cog_authn_check(request_rec *r);

/* force_authn: where Require lets everybody in, ask for authentication all the same when
 * CognitoUnauthenticated is pass and the request carries a usable session, or when it is
 * not and a `Require not cognito-…` has to know whom it would keep out. */
int cog_authn_force(request_rec *r);

#endif
