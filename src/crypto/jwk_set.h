/* A user pool's signing keys (RFC 7517), parsed once a set. */
#ifndef COG_CRYPTO_JWK_SET_H
#define COG_CRYPTO_JWK_SET_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/span.h"

typedef struct cog_jwk_t cog_jwk_t;         /* one RSA verification key */
typedef struct cog_jwk_set_t cog_jwk_set_t; /* read-only; may be shared by threads */

/* Parse a key set of at most 1 MiB and 32 keys. Keys that we do not use (kty other than
 * RSA, use other than sig, alg other than RS256, under 2048 or over 8192 bits, exponent
 * even or below 3, ROCA, no kid or one over 128 octets, key_ops without verify, private
 * members) are left out. No usable key, or two with one kid: COG_E_JWKS. Lives as long as
 * `pool`. */
cog_err_t cog_jwk_set_parse(apr_pool_t *pool, cog_span_t text, cog_jwk_set_t **set);

/* The key with exactly this kid, NULL when there is none. */
const cog_jwk_t *cog_jwk_set_find(const cog_jwk_set_t *set, const char *kid);

int cog_jwk_set_count(const cog_jwk_set_t *set);

#endif
