/* Where the user pool is spoken to, and how the addresses are found. */
#ifndef COG_OIDC_ENDPOINTS_H
#define COG_OIDC_ENDPOINTS_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/span.h"

/* NULL: not known. Each is https, or http on loopback. */
typedef struct {
    const char *authorize;
    const char *token;
    const char *userinfo;
    const char *revoke;
    const char *logout;
    const char *jwks;
    int names_issuer; /* its answers to a login say from which issuer (RFC 9207, 3) */
} cog_endpoints_t;

/* Fill what is NULL in `endpoints` from the host of the hosted UI:
 * <domain>/oauth2/authorize… */
void cog_endpoints_add_domain(apr_pool_t *pool, const char *domain,
                              cog_endpoints_t *endpoints);

/* Fill what is NULL in `endpoints` from `others`. */
void cog_endpoints_add(const cog_endpoints_t *others, cog_endpoints_t *endpoints);

/* A copy on `pool`. */
void cog_endpoints_copy(apr_pool_t *pool, const cog_endpoints_t *from,
                        cog_endpoints_t *to);

/* Is everything there that a login and a logout need (authorize, token, jwks, logout)?
 * Without revoke and userinfo they still work. */
int cog_endpoints_are_complete(const cog_endpoints_t *endpoints);

/* Read a discovery document (OpenID Connect Discovery 1.0, 4.2) of `issuer`: its issuer
 * must be equal, its endpoints safe URLs (http only for an http issuer), authorize, token
 * and jwks present. Cognito's `logout` is made from the host of `authorize`, for what it
 * advertises does not speak RP-initiated logout. An empty endpoint (pool without a
 * domain) is COG_E_DISCOVERY too. `reason` says then what is wrong, fit for a log line;
 * else NULL.
 */
cog_err_t cog_discovery_parse(apr_pool_t *pool, cog_span_t document, const char *issuer,
                              cog_endpoints_t *endpoints, const char **reason);

/* <issuer>/.well-known/openid-configuration and <issuer>/.well-known/jwks.json */
const char *cog_discovery_url(apr_pool_t *pool, const char *issuer);
const char *cog_discovery_jwks_url(apr_pool_t *pool, const char *issuer);

/* The issuer of what CognitoIssuer says: an issuer, or a whole discovery URL. */
const char *cog_discovery_issuer(apr_pool_t *pool, const char *text);

#endif
