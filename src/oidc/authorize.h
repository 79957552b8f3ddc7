/* The URL that starts a login at the hosted UI. */
#ifndef COG_OIDC_AUTHORIZE_H
#define COG_OIDC_AUTHORIZE_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "base/secret.h"

/* No member is optional but `extra`. */
typedef struct {
    const char *endpoint;
    const char *client_id;
    const char *redirect_uri;
    const char *scope; /* space-separated */
    const char *state;
    const char *nonce;
    cog_secret_t code_verifier;
    const apr_array_header_t *extra; /* cog_param_t, from CognitoLoginParam; or NULL */
} cog_authorize_t;

/* Authorization code flow with PKCE S256 (RFC 6749, 4.1.1; RFC 7636, 4.3). */
const char *cog_authorize_url(apr_pool_t *pool, const cog_authorize_t *authorize);

/* The pages of the hosted UI at which a login may begin. */
typedef enum {
    COG_SCREEN_SIGN_IN,
    COG_SCREEN_SIGN_UP,        /* for a new account */
    COG_SCREEN_FORGOT_PASSWORD /* for a new password */
} cog_screen_t;

/* Where `screen` is, which takes the parameters of the authorize endpoint and ends as a
 * sign-in does. Cognito has it beside an endpoint that ends with /oauth2/authorize;
 * beside any other nobody knows of it, and it is the endpoint itself. */
const char *cog_authorize_screen(apr_pool_t *pool, const char *endpoint,
                                 cog_screen_t screen);

/* May `name` be that of an identity provider? Of 1 to 32 letters, digits and `._-`. */
int cog_authorize_is_provider(const char *name);

/* Is `name` a parameter that only we may set (response_type, client_id, redirect_uri,
 * state, nonce, scope, code_challenge, code_challenge_method, response_mode, request,
 * request_uri)? */
int cog_authorize_is_reserved(const char *name);

#endif
