/* The raw tokens of a user, where a place asks for them (CognitoTokens). */
#ifndef COG_HTTPD_EXPORT_TOKENS_H
#define COG_HTTPD_EXPORT_TOKENS_H

#include <httpd.h>

#include "base/error.h"
#include "base/secret.h"
#include "httpd/place_settings.h"

/* Any may be unset. */
typedef struct {
    cog_secret_t id;
    cog_secret_t access;
} cog_raw_tokens_t;

/* When the access token ends, in seconds since 1970, as text; NULL: nobody knows. */
const char *cog_export_access_end(apr_pool_t *pool, const cog_raw_tokens_t *tokens);

/* Those that this place wants: of the session, as they are now, or the one that the
 * request has brought. What is wanted and not there is logged. COG_E_STORE: they are in a
 * store that cannot be read. */
cog_err_t cog_export_find_tokens(request_rec *r, const cog_export_t *export,
                                 cog_raw_tokens_t *tokens);

/* Set their variables. */
void cog_export_token_variables(request_rec *r, const cog_backend_t *backend,
                                const cog_raw_tokens_t *tokens);

/* Take the variables out that the request around a subrequest has left it. */
void cog_export_forget_tokens(request_rec *r);

#endif
