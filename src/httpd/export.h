/* What the application sees of a signed-in user: REMOTE_USER, variables, headers. */
#ifndef COG_HTTPD_EXPORT_H
#define COG_HTTPD_EXPORT_H

#include <httpd.h>

#include "flow/reply.h"
#include "session/session.h"

/* The user name by CognitoRemoteUser of this place: the first claim that is there and,
 * after its substitution, not empty. NULL when there is none. */
const char *cog_export_user_name(request_rec *r, const cog_session_t *session);

/* The same for a machine, which has a user name only where the place says that it shall
 * have one: by naming client_id. */
const char *cog_export_machine_name(request_rec *r, const cog_session_t *session);

/* Set COGNITO_* for the claims that this place wants, and for no others. */
void cog_export_variables(request_rec *r, const cog_session_t *session);

/* Set COGNITO_DENIED: what the user would have needed, in the words of the configuration.
 * An error document sees it as REDIRECT_COGNITO_DENIED. */
void cog_export_denial(request_rec *r, const char *unmet);

/* Set COGNITO_ERROR and COGNITO_INCIDENT: the name of what has failed, and the number
 * that the log has too. An error document sees them as REDIRECT_COGNITO_*. */
void cog_export_failure(request_rec *r, const cog_reply_t *reply);

/* In an internal redirect, httpd keeps the headers of the first request, and its
 * variables as REDIRECT_*. Remove those of ours that speak of the user: who may see them
 * is decided for the new place. */
void cog_export_forget_redirected(request_rec *r);

/* fixups: set the headers of a request that `Require` has let in, and take those of the
 * request around it out of a subrequest. httpd may let an internal redirect to a place
 * with the same configuration pass without asking again; its variables are set here. */
int cog_export_finish(request_rec *r);

#endif
