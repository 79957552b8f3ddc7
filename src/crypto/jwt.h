/* A signed JWT (RFC 7519), as whoever trusts our key reads it: ES256, in compact form. */
#ifndef COG_CRYPTO_JWT_H
#define COG_CRYPTO_JWT_H

#include <apr_pools.h>
#include <jansson.h>

#include "base/error.h"
#include "base/secret.h"
#include "crypto/signing_key.h"

/* A JWT of these claims. */
cog_err_t cog_jwt_sign(apr_pool_t *pool, const cog_signing_key_t *key,
                       const json_t *claims, cog_secret_t *jwt);

/* The same in the form of an AWS load balancer: all parts are padded, the padding is
 * signed, members stand in their order. `header` gets the key's id as `kid`. */
cog_err_t cog_jwt_sign_padded(apr_pool_t *pool, const cog_signing_key_t *key,
                              json_t *header, const json_t *claims, cog_secret_t *jwt);

#endif
