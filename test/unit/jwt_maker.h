/* Makes keys and signs tokens for tests, with OpenSSL alone: none of the code under test.
 */
#ifndef COG_TEST_JWT_MAKER_H
#define COG_TEST_JWT_MAKER_H

#include <apr_pools.h>

typedef struct jwt_maker_t jwt_maker_t;

/* A new RSA key under a key id; `bits` of it. Lives as long as `pool`. */
jwt_maker_t *jwt_maker_make_bits(apr_pool_t *pool, const char *kid, int bits);

/* The key of 2048 bits that this program has under a key id. */
jwt_maker_t *jwt_maker_make(apr_pool_t *pool, const char *kid);

/* The key as a JWK, and a set that holds it alone. */
const char *jwt_maker_jwk(apr_pool_t *pool, const jwt_maker_t *maker);
const char *jwt_maker_jwks(apr_pool_t *pool, const jwt_maker_t *maker);

/* The private key itself, an EVP_PKEY of the maker's. */
struct evp_pkey_st *jwt_maker_key(const jwt_maker_t *maker);

/* A compact JWS, RS256, over a signing input of any form: input and signature. */
const char *jwt_maker_sign_input(apr_pool_t *pool, const jwt_maker_t *maker,
                                 const char *input);

/* A compact JWS, RS256, over any header and payload text. */
const char *jwt_maker_sign_as(apr_pool_t *pool, const jwt_maker_t *maker,
                              const char *header, const char *payload);

/* The same with the header that Cognito writes: {"kid":…,"alg":"RS256"}. */
const char *jwt_maker_sign(apr_pool_t *pool, const jwt_maker_t *maker,
                           const char *payload);

/* base64url of `len` bytes, by OpenSSL. */
const char *jwt_maker_base64url(apr_pool_t *pool, const unsigned char *bytes, size_t len);

#endif
