/* Signed JWTs: a strict front, then the signature by OpenSSL. (No other reader of tokens
 * has a say: cjose 0.6.2.1 aborts the process on some and takes malformed ones for
 * valid.)
 */
#ifndef COG_CRYPTO_JWS_H
#define COG_CRYPTO_JWS_H

#include <apr_pools.h>
#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "crypto/jwk_set.h"

/* More than Cognito can give a user: 100 groups with names of 128 characters, with a role
 * each. Tokens of API clients must fit LimitRequestFieldSize, too. */
#define COG_JWS_MAX_LEN (128 * 1024)

typedef struct cog_jws_t cog_jws_t;

/* Take a compact JWS apart; `token` must live as long as the result. At most
 * COG_JWS_MAX_LEN bytes in three canonical base64url parts; header and payload are
 * duplicate-free JSON objects; `alg` is RS256 (else COG_E_TOKEN_ALGORITHM); `kid` is 1 to
 * 128 printable octets; no `crit`, no `b64`, no embedded or referenced key (jwk, jku,
 * x5c, x5u), no `zip`, no `enc`; `typ`, when present, is JWT or at+jwt. Everything else
 * is COG_E_TOKEN_MALFORMED. Nothing in it is verified yet. */
cog_err_t cog_jws_parse(apr_pool_t *pool, cog_secret_t token, cog_jws_t **jws);

const char *cog_jws_kid(const cog_jws_t *jws);

/* The issuer that the token claims to have: only good for choosing the key set. "" if
 * none. */
const char *cog_jws_claimed_issuer(const cog_jws_t *jws);

/* When the token claims to end, in seconds; 0 when it does not say. */
int64_t cog_jws_claimed_end(const cog_jws_t *jws);

/* Verify the signature (RFC 7515, 5.2) and only then hand out the payload, which belongs
 * to the pool of cog_jws_parse(). */
cog_err_t cog_jws_verify(const cog_jws_t *jws, const cog_jwk_t *key, json_t **claims);

#endif
