/* Shared by keyring.c, seal.c and signing_keys.c only: the keys themselves. */
#ifndef COG_CRYPTO_KEYRING_PRIVATE_H
#define COG_CRYPTO_KEYRING_PRIVATE_H

#include <openssl/evp.h>

#include "crypto/cipher_pool.h"
#include "crypto/keyring.h"
#include "crypto/unseal_cache.h"

#define COG_KEY_LEN    32
#define COG_KEY_ID_LEN 3

/* Of one configured secret. */
typedef struct {
    unsigned char id[COG_KEY_ID_LEN];
    unsigned char keys[COG_PURPOSE_COUNT][COG_KEY_LEN];
    cog_cipher_pool_t *ciphers[COG_PURPOSE_COUNT]; /* what opens with these keys */
} cog_keyset_t;

struct cog_keyring_t {
    int count;
    cog_keyset_t sets[COG_KEYRING_MAX];
    EVP_CIPHER *cipher; /* AES-256-GCM, fetched once */
    cog_unseal_cache_t *cache;
};

/* HKDF-SHA-256 without salt (RFC 5869). */
cog_err_t cog_keyring_derive(cog_secret_t secret, const char *info, unsigned char *key,
                             size_t len);

#endif
