/* What scripts and error documents are told: COGNITO_* variables. */
#ifndef COG_HTTPD_EXPORT_VARIABLES_H
#define COG_HTTPD_EXPORT_VARIABLES_H

#include <httpd.h>

#include "flow/reply.h"
#include "session/session.h"

/* Set COGNITO_* for the claims that this place wants, and for no others. */
void cog_export_variables(request_rec *r, const cog_session_t *session);

/* Set COGNITO_DENIED: what the user would have needed, in the words of the configuration.
 * An error document sees it as REDIRECT_COGNITO_DENIED. */
void cog_export_denial(request_rec *r, const char *unmet);

/* Set COGNITO_ERROR and COGNITO_INCIDENT: the name of what has failed, and the number
 * that the log has too. An error document sees them as REDIRECT_COGNITO_*. */
void cog_export_failure(request_rec *r, const cog_reply_t *reply);

/* In an internal redirect, httpd keeps the variables of the first request as REDIRECT_*.
 * Remove those of ours that speak of the user: who may see them is decided for the new
 * place. */
void cog_export_forget_redirected(request_rec *r);

#endif
