/* A pool of cipher contexts that have one key and wait for the next nonce: to make one
 * costs more than to open a session. Any thread takes one, and has it for itself until it
 * puts it back. No locks; what a fork copies is used by each process alone. */
#ifndef COG_CRYPTO_CIPHER_POOL_H
#define COG_CRYPTO_CIPHER_POOL_H

#include <apr_pools.h>
#include <openssl/evp.h>

typedef struct cog_cipher_pool_t cog_cipher_pool_t;

/* A pool for decryption with `key`; both live as long as `conf_pool`. */
cog_cipher_pool_t *cog_cipher_pool_make(apr_pool_t *conf_pool, const EVP_CIPHER *cipher,
                                        const unsigned char *key);

/* A context with its key, made when there is none; NULL when OpenSSL makes none. It has
 * to be put back, or freed. */
EVP_CIPHER_CTX *cog_cipher_pool_take(cog_cipher_pool_t *ciphers);

/* Put a context back, or free it when the pool is full. */
void cog_cipher_pool_put_back(cog_cipher_pool_t *ciphers, EVP_CIPHER_CTX *context);

#endif
