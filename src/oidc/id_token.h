/* ID tokens: what their claims must say (OpenID Connect Core 1.0, 3.1.3.7). Pure. */
#ifndef COG_OIDC_ID_TOKEN_H
#define COG_OIDC_ID_TOKEN_H

#include <apr_pools.h>
#include <jansson.h>

#include "base/error.h"
#include "base/secret.h"

/* What a token must agree with. No field is optional. */
typedef struct {
    const char *issuer;    /* the one whose key verified it */
    const char *client_id; /* app client that the token must be for */
    const char *nonce;     /* of the login that it answers */
    json_int_t now;        /* time of the check, in seconds */
    json_int_t leeway;     /* tolerated clock skew, in seconds */
} cog_id_token_expect_t;

/* Check claims whose signature is already verified: iss, token_use, aud (a string, or an
 * array of this one), azp, exp, iat, nbf, auth_time, nonce, sub (1 to 255 octets, none of
 * them a control character). The first mismatch decides. */
cog_err_t cog_id_token_check(const json_t *claims, const cog_id_token_expect_t *expect);

/* Check the claims of a renewed token (OpenID Connect Core 1.0, 12.2): as above, but the
 * nonce may be absent, the subject is that of the login, and auth_time, when present, is
 * not before the login's. */
cog_err_t cog_id_token_check_renewed(const json_t *claims,
                                     const cog_id_token_expect_t *expect,
                                     const char *subject, json_int_t auth_time);

/* Check at_hash, when present, against the access token that came along. */
cog_err_t cog_id_token_check_hash(apr_pool_t *pool, const json_t *claims,
                                  cog_secret_t access_token);

#endif
