#include "crypto/shelf.h"

#include <stdatomic.h>

#define PLACES 32 /* more threads at once have to make some of theirs */

struct cog_shelf_t {
    const EVP_CIPHER *cipher;
    const unsigned char *key;
    _Atomic(EVP_CIPHER_CTX *) places[PLACES]; /* NULL: nothing is there */
};

static apr_status_t clear(void *data)
{
    cog_shelf_t *shelf = data;

    for (int i = 0; i < PLACES; ++i) {
        EVP_CIPHER_CTX_free(atomic_exchange(&shelf->places[i], NULL));
    }
    return APR_SUCCESS;
}

cog_shelf_t *cog_shelf_make(apr_pool_t *conf_pool, const EVP_CIPHER *cipher,
                            const unsigned char *key)
{
    cog_shelf_t *shelf = apr_pcalloc(conf_pool, sizeof(*shelf));

    shelf->cipher = cipher;
    shelf->key = key;
    for (int i = 0; i < PLACES; ++i) {
        atomic_init(&shelf->places[i], NULL);
    }
    apr_pool_cleanup_register(conf_pool, shelf, clear, apr_pool_cleanup_null);
    return shelf;
}

static EVP_CIPHER_CTX *make_context(const cog_shelf_t *shelf)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

    if (!context ||
        EVP_DecryptInit_ex2(context, shelf->cipher, shelf->key, NULL, NULL) != 1) {
        EVP_CIPHER_CTX_free(context);
        return NULL;
    }
    return context;
}

EVP_CIPHER_CTX *cog_shelf_take(cog_shelf_t *shelf)
{
    for (int i = 0; i < PLACES; ++i) {
        EVP_CIPHER_CTX *context =
            atomic_exchange_explicit(&shelf->places[i], NULL, memory_order_acquire);

        if (context) {
            return context;
        }
    }
    return make_context(shelf);
}

void cog_shelf_put_back(cog_shelf_t *shelf, EVP_CIPHER_CTX *context)
{
    for (int i = 0; i < PLACES; ++i) {
        EVP_CIPHER_CTX *nothing = NULL;

        if (atomic_compare_exchange_strong_explicit(&shelf->places[i], &nothing, context,
                                                    memory_order_release,
                                                    memory_order_relaxed)) {
            return;
        }
    }
    EVP_CIPHER_CTX_free(context);
}
