/* What a backend is told of a signed-in user: headers of the request that it gets. */
#ifndef COG_HTTPD_EXPORT_HEADERS_H
#define COG_HTTPD_EXPORT_HEADERS_H

#include <httpd.h>

#include "base/error.h"
#include "httpd/export_tokens.h"
#include "httpd/place_settings.h"
#include "session/session.h"

/* A longer line, its name among it, is an error, for nothing is ever cut. Few servers
 * take longer ones. */
#define COG_HEADER_MAX 8190

/* Set the headers that this place wants, over those that are there. A claim that
 * CognitoClaims names and the user lacks is an empty header. COG_E_HEADER_TOO_LONG when
 * one would be longer than COG_HEADER_MAX. */
cog_err_t cog_export_headers(request_rec *r, const cog_export_t *export,
                             const cog_session_t *session,
                             const cog_raw_tokens_t *tokens);

/* Take out what has been set for the same request of the client before, by this one or by
 * one that led to it. */
void cog_export_forget_headers(request_rec *r);

#endif
