/* The keys that seal: made at start from the configured secrets, one for each purpose
 * (HKDF-SHA-256, RFC 5869). The first secret seals, all open. */
#ifndef COG_CRYPTO_KEYRING_H
#define COG_CRYPTO_KEYRING_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/secret.h"

/* What a sealed thing is for. Numbers are part of the format: never reuse one. */
typedef enum {
    COG_PURPOSE_SESSION = 0,
    COG_PURPOSE_TOKENS = 1,
    COG_PURPOSE_LOGIN = 2,
    COG_PURPOSE_STATE = 3,
    COG_PURPOSE_RETURN = 4,
    COG_PURPOSE_CONFIRM = 5,
    COG_PURPOSE_RENEWAL = 6,   /* a renewed session, kept for requests with the old one */
    COG_PURPOSE_END = 7,       /* a session has ended: told to the other hosts */
    COG_PURPOSE_ASSERTION = 8, /* what backends are told is signed by keys made of this */
    COG_PURPOSE_FORM = 9,      /* a form that waits for its user's login */
    COG_PURPOSE_COUNT
} cog_purpose_t;

#define COG_SECRET_MIN_LEN 32
#define COG_KEYRING_MAX    8

typedef struct cog_keyring_t cog_keyring_t;

/* Derive the keys of `count` secrets (1 to COG_KEYRING_MAX, each of COG_SECRET_MIN_LEN
 * bytes or more), else COG_E_MISCONFIGURED. Keys are wiped with `conf_pool`. Read-only
 * afterwards. */
cog_err_t cog_keyring_make(apr_pool_t *conf_pool, const cog_secret_t *secrets, int count,
                           cog_keyring_t **keyring);

/* The sealing secret's key for COG_PURPOSE_CONFIRM and other uses with HMAC: 32 bytes, no
 * text. */
cog_secret_t cog_keyring_mac_key(const cog_keyring_t *keyring, cog_purpose_t purpose);

/* How many secrets there are, and the name of the one with this number, the sealing one
 * first: it stands in all that they have sealed, and is no secret. */
int cog_keyring_count(const cog_keyring_t *keyring);
const char *cog_keyring_id_text(apr_pool_t *pool, const cog_keyring_t *keyring,
                                int index);

#endif
