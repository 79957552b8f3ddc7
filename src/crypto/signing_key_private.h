/* A key as cjose takes it, for who signs with it. */
#ifndef COG_CRYPTO_SIGNING_KEY_PRIVATE_H
#define COG_CRYPTO_SIGNING_KEY_PRIVATE_H

#include <cjose/cjose.h>

#include "crypto/signing_key.h"

/* Belongs to the key. */
const cjose_jwk_t *cog_signing_key_jose(const cog_signing_key_t *key);

#endif
