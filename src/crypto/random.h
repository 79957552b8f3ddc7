/* Random bytes, as a port: the system's generator in production, a script in tests. */
#ifndef COG_CRYPTO_RANDOM_H
#define COG_CRYPTO_RANDOM_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/secret.h"

typedef struct cog_random_t {
    void *context;
    /* Fill all of `bytes` or fail with COG_E_NO_RANDOM. */
    cog_err_t (*fill)(void *context, unsigned char *bytes, size_t len);
} cog_random_t;

/* OpenSSL's CSPRNG: thread-safe, fork-safe. */
const cog_random_t *cog_random_system(void);

/* `len` random bytes (at most 64) as base64url: 32 bytes make 43 characters. */
cog_err_t cog_random_text(apr_pool_t *pool, const cog_random_t *random, size_t len,
                          const char **text);

#endif
