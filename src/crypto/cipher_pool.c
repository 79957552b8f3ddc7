#include "crypto/cipher_pool.h"

#include <stdatomic.h>

#define PLACES 32 /* more threads at once have to make some of theirs */

struct cog_cipher_pool_t {
    const EVP_CIPHER *cipher;
    const unsigned char *key;
    _Atomic(EVP_CIPHER_CTX *) places[PLACES]; /* NULL: nothing is there */
};

static apr_status_t clear(void *data)
{
    cog_cipher_pool_t *ciphers = data;

    for (int i = 0; i < PLACES; ++i) {
        EVP_CIPHER_CTX_free(atomic_exchange(&ciphers->places[i], NULL));
    }
    return APR_SUCCESS;
}

cog_cipher_pool_t *cog_cipher_pool_make(apr_pool_t *conf_pool, const EVP_CIPHER *cipher,
                                        const unsigned char *key)
{
    cog_cipher_pool_t *ciphers = apr_pcalloc(conf_pool, sizeof(*ciphers));

    ciphers->cipher = cipher;
    ciphers->key = key;
    for (int i = 0; i < PLACES; ++i) {
        atomic_init(&ciphers->places[i], NULL);
    }
    apr_pool_cleanup_register(conf_pool, ciphers, clear, apr_pool_cleanup_null);
    return ciphers;
}

static EVP_CIPHER_CTX *make_context(const cog_cipher_pool_t *ciphers)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

    if (!context ||
        EVP_DecryptInit_ex2(context, ciphers->cipher, ciphers->key, NULL, NULL) != 1) {
        EVP_CIPHER_CTX_free(context);
        return NULL;
    }
    return context;
}

EVP_CIPHER_CTX *cog_cipher_pool_take(cog_cipher_pool_t *ciphers)
{
    for (int i = 0; i < PLACES; ++i) {
        EVP_CIPHER_CTX *context =
            atomic_exchange_explicit(&ciphers->places[i], NULL, memory_order_acquire);

        if (context) {
            return context;
        }
    }
    return make_context(ciphers);
}

void cog_cipher_pool_put_back(cog_cipher_pool_t *ciphers, EVP_CIPHER_CTX *context)
{
    for (int i = 0; i < PLACES; ++i) {
        EVP_CIPHER_CTX *nothing = NULL;

        if (atomic_compare_exchange_strong_explicit(&ciphers->places[i], &nothing,
                                                    context, memory_order_release,
                                                    memory_order_relaxed)) {
            return;
        }
    }
    EVP_CIPHER_CTX_free(context);
}
