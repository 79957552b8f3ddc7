/* Shared by jwk_set.c and jws.c only: a key as OpenSSL has it. */
#ifndef COG_CRYPTO_JWK_PRIVATE_H
#define COG_CRYPTO_JWK_PRIVATE_H

#include <openssl/evp.h>

#include "crypto/jwk_set.h"

struct cog_jwk_t {
    const char *kid;
    EVP_PKEY_CTX *verifier; /* of RS256 signatures; only ever copied after it was made */
    const EVP_MD *sha256;   /* fetched once: OpenSSL would look for it each time */
};

#endif
