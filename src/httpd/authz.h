/* May this user have it? `Require` decides; here is what follows from a no. */
#ifndef COG_HTTPD_AUTHZ_H
#define COG_HTTPD_AUTHZ_H

#include <httpd.h>

/* auth_checker, around all others: httpd answers a user who lacks a right with 401, as if
 * another password could help. With AuthType Cognito it is 403: the site's ErrorDocument,
 * for scripts too, or a page that offers to sign out. The variable COGNITO_DENIED has the
 * lines of `Require cognito-…` that the user does not meet. */
int cog_authz_check(request_rec *r);

/* fixups: httpd hands a grant on from a request to those that it makes of it in the same
 * place. Ask again where that may be wrong: when an expression of Require may have
 * another value for this URI, and for the error document of a refusal. */
int cog_authz_check_again(request_rec *r);

#endif
