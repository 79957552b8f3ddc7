/* The token and revocation endpoints: what is sent, what comes back. */
#ifndef COG_OIDC_TOKEN_H
#define COG_OIDC_TOKEN_H

#include <apr_pools.h>
#include <jansson.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/span.h"

typedef enum { COG_CLIENT_AUTH_BASIC, COG_CLIENT_AUTH_POST } cog_client_auth_t;

/* How the client proves itself; an unset secret makes it a public client. */
typedef struct {
    const char *client_id;
    cog_secret_t client_secret;
    cog_client_auth_t method;
} cog_client_credentials_t;

/* A POST with a form body. */
typedef struct {
    cog_secret_t body;
    cog_secret_t authorization; /* value of the Authorization header; unset: none */
} cog_form_request_t;

/* Redeem an authorization code (RFC 6749, 4.1.3; RFC 7636, 4.5). The client's id stands
 * in the body in any case; all parts are wiped with `pool`. */
typedef struct {
    cog_secret_t code;
    const char *redirect_uri; /* byte for byte what the authorize request held */
    cog_secret_t code_verifier;
} cog_code_grant_t;

void cog_token_request(apr_pool_t *pool, const cog_client_credentials_t *credentials,
                       const cog_code_grant_t *grant, cog_form_request_t *request);

/* Ask for new tokens (RFC 6749, 6), with the same scopes. */
void cog_refresh_request(apr_pool_t *pool, const cog_client_credentials_t *credentials,
                         cog_secret_t refresh_token, cog_form_request_t *request);

/* Revoke a refresh token (RFC 7009, 2.1); with Basic whatever `method` says, for Cognito
 * documents no other here. */
void cog_revoke_request(apr_pool_t *pool, const cog_client_credentials_t *credentials,
                        cog_secret_t refresh_token, cog_form_request_t *request);

typedef struct {
    cog_secret_t id_token;
    cog_secret_t access_token;
    cog_secret_t refresh_token; /* may be unset */
    json_int_t expires_in;      /* of the access token, in seconds; 0: not said */
} cog_tokens_t;

/* Read the token endpoint's answer. 200 with both tokens and token_type Bearer (in any
 * case) is COG_OK. Errors (RFC 6749, 5.2): invalid_grant is COG_E_IDP_GRANT,
 * invalid_client COG_E_IDP_CLIENT, unauthorized_client COG_E_IDP_REDIRECT_URI, other
 * OAuth errors and other statuses COG_E_IDP_ANSWER; 429, 5xx and a 4xx that is no OAuth
 * error COG_E_IDP_BUSY. An odd expires_in counts as not said. */
cog_err_t cog_tokens_parse(apr_pool_t *pool, int status, cog_span_t body,
                           cog_tokens_t *tokens);

/* The same for an answer to cog_refresh_request(), which may lack the ID token (OpenID
 * Connect Core 1.0, 12.2). */
cog_err_t cog_tokens_parse_renewed(apr_pool_t *pool, int status, cog_span_t body,
                                   cog_tokens_t *tokens);

/* `error` and `error_description` of such an answer, fit for a log line; "-" when none.
 */
const char *cog_tokens_error_text(apr_pool_t *pool, cog_span_t body);

#endif
