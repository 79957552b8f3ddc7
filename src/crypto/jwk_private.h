/* Shared by jwk_set.c and jws.c only: a key as cjose has it. */
#ifndef COG_CRYPTO_JWK_PRIVATE_H
#define COG_CRYPTO_JWK_PRIVATE_H

#include <cjose/cjose.h>

#include "crypto/jwk_set.h"

struct cog_jwk_t {
    const char *kid;
    cjose_jwk_t *key; /* only ever read after it was made */
};

#endif
