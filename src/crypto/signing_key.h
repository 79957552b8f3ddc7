/* A key that signs what backends are told of their users: ES256 (RFC 7518, 3.4). */
#ifndef COG_CRYPTO_SIGNING_KEY_H
#define COG_CRYPTO_SIGNING_KEY_H

#include <apr_pools.h>
#include <jansson.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/span.h"

#define COG_SIGNING_KEY_ID_LEN 36

typedef struct cog_signing_key_t cog_signing_key_t;

/* The key that follows from `seed`, of COG_SIGNING_SEED_LEN random octets. */
#define COG_SIGNING_SEED_LEN 48
cog_err_t cog_signing_key_make(apr_pool_t *pool, cog_span_t seed,
                               cog_signing_key_t **key);

/* A private key on the curve P-256 in PEM form, without a password; COG_E_MISCONFIGURED
 * when it is anything else. */
cog_err_t cog_signing_key_parse(apr_pool_t *pool, cog_secret_t pem,
                                cog_signing_key_t **key);

/* Its name, made of the public key, in the form of a UUID. */
const char *cog_signing_key_id(const cog_signing_key_t *key);

/* Whoever verifies needs it: in PEM form (SubjectPublicKeyInfo), and as a JWK (RFC 7517),
 * which belongs to the caller. */
const char *cog_signing_key_pem(const cog_signing_key_t *key);
json_t *cog_signing_key_jwk(const cog_signing_key_t *key);

/* Sign `text`. `signature` has room for COG_SIGNATURE_LEN octets. */
#define COG_SIGNATURE_LEN 64
cog_err_t cog_signing_key_sign(const cog_signing_key_t *key, cog_span_t text,
                               unsigned char *signature);

#endif
