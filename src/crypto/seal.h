/* The envelope of everything that we hand out and take back: version (1 byte), key id
 * (3), random nonce (12), AES-256-GCM, tag (16); base64url. Adds 43 characters and a
 * third. */
#ifndef COG_CRYPTO_SEAL_H
#define COG_CRYPTO_SEAL_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/span.h"
#include "crypto/keyring.h"
#include "crypto/random.h"

/* Where a sealed thing belongs; authenticated with it, so that it opens nowhere else. */
typedef struct {
    cog_purpose_t purpose;
    const char *issuer; /* "" where none is known yet */
    const char *client; /* client id, "" likewise */
    const char *name;   /* the cookie's name, the store's key */
} cog_binding_t;

/* The same as the octets that are authenticated, for one that is needed again and again.
 */
typedef struct {
    cog_purpose_t purpose;
    cog_span_t bytes;
} cog_bound_t;

typedef struct {
    const cog_keyring_t *keyring;
    const cog_random_t *random;
} cog_sealer_t;

/* Seal at most 64 kB. */
cog_err_t cog_seal(apr_pool_t *pool, const cog_sealer_t *sealer,
                   const cog_binding_t *binding, cog_span_t plain, const char **sealed);

/* The same as bytes, a quarter shorter, for a place that takes any. */
cog_err_t cog_seal_bytes(apr_pool_t *pool, const cog_sealer_t *sealer,
                         const cog_binding_t *binding, cog_span_t plain,
                         cog_span_t *sealed);

/* Open. Every fault, whatever it is, is COG_E_SEAL_BROKEN. `plain` is followed by a NUL
 * that is not counted and is wiped with `pool`. */
cog_err_t cog_unseal(apr_pool_t *pool, const cog_keyring_t *keyring,
                     const cog_binding_t *binding, cog_span_t sealed, cog_span_t *plain);

/* On `pool`. */
cog_bound_t cog_binding_fix(apr_pool_t *pool, const cog_binding_t *binding);

/* Open what cog_seal() has sealed, likewise. */
cog_err_t cog_unseal_bound(apr_pool_t *pool, const cog_keyring_t *keyring,
                           const cog_bound_t *bound, cog_span_t sealed,
                           cog_span_t *plain);

/* Open what cog_seal_bytes() has sealed. */
cog_err_t cog_unseal_bytes(apr_pool_t *pool, const cog_keyring_t *keyring,
                           const cog_binding_t *binding, cog_span_t sealed,
                           cog_span_t *plain);

#endif
