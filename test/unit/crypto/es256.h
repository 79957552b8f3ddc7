/* Verifies ES256 as whoever gets a JWT does, by OpenSSL alone. */
#ifndef COG_TEST_ES256_H
#define COG_TEST_ES256_H

#include <apr_pools.h>

#include "base/secret.h"

/* Is `jwt` signed by the key with this public part in PEM form? `is_padded`: each of its
 * parts has the padding that its length asks for; else none has. */
int es256_is_signed(apr_pool_t *pool, cog_secret_t jwt, const char *pem, int is_padded);

/* Part 0 or 1 of it, decoded. */
const char *es256_part(apr_pool_t *pool, cog_secret_t jwt, int number);

/* A new private key in PEM form; `curve`: P-256, or NULL for RSA. */
const char *es256_new_pem(apr_pool_t *pool, const char *curve, const char *password);

#endif
