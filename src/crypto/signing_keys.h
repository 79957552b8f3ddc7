/* The keys that sign what backends are told, and those by which they verify it.
 *
 * Keys of our own follow from the keyring's secrets and the time: each month has a key of
 * its own, so that all processes and hosts with the same secrets sign alike, now and
 * after a restart, and nothing is written down. The public keys of the last and of the
 * next month are published beside that of this one: what was signed a moment ago is good
 * until it ends, and whoever keeps keys knows the next one long before it signs. */
#ifndef COG_CRYPTO_SIGNING_KEYS_H
#define COG_CRYPTO_SIGNING_KEYS_H

#include <apr_pools.h>
#include <jansson.h>

#include "base/error.h"
#include "base/secret.h"
#include "crypto/keyring.h"

#define COG_SIGNING_MONTH_SEC (30 * 24 * 3600)
#define COG_SIGNING_GIVEN_MAX 8

typedef struct cog_signing_keys_t cog_signing_keys_t; /* thread-safe */

/* Keys of our own: the first secret's sign, those of all are published. `keyring` must
 * live as long as `conf_pool`. */
cog_err_t cog_signing_keys_own(apr_pool_t *conf_pool, const cog_keyring_t *keyring,
                               cog_signing_keys_t **keys);

/* Keys that the administrator has, in PEM form, 1 to COG_SIGNING_GIVEN_MAX: the first
 * signs, all are published. COG_E_MISCONFIGURED when one is no private key on the curve
 * P-256, or stands there twice. */
cog_err_t cog_signing_keys_given(apr_pool_t *conf_pool, const cog_secret_t *pems,
                                 int count, cog_signing_keys_t **keys);

/* What is to be signed. */
typedef struct {
    const json_t *claims;
    json_t *alb_header; /* in the form of an AWS load balancer, with this header, which
                         * gets its `kid`; NULL: as a plain JWT */
} cog_statement_t;

/* A JWT by the key of this time, in seconds. */
cog_err_t cog_signing_keys_sign(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t now,
                                const cog_statement_t *statement, cog_secret_t *jwt);

/* All public keys as a JWK set (RFC 7517, 5). */
cog_err_t cog_signing_keys_set(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t now,
                               json_t **set);

/* One of them in PEM form; COG_E_NOT_FOUND. */
cog_err_t cog_signing_keys_pem(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t now,
                               const char *id, const char **pem);

#endif
