#include "crypto/random.h"

#include <limits.h>
#include <openssl/rand.h>

#include "base/base64.h"

#define MAX_TEXT_BYTES 64

static cog_err_t fill(void *context, unsigned char *bytes, size_t len)
{
    (void)context;
    COG_REQUIRE(len <= INT_MAX && RAND_bytes(bytes, (int)len) == 1, COG_E_NO_RANDOM);
    return COG_OK;
}

const cog_random_t *cog_random_system(void)
{
    static const cog_random_t system_random = {NULL, fill};

    return &system_random;
}

cog_err_t cog_random_text(apr_pool_t *pool, const cog_random_t *random, size_t len,
                          const char **text)
{
    unsigned char bytes[MAX_TEXT_BYTES];

    COG_REQUIRE(len <= sizeof(bytes), COG_E_TOO_LARGE);
    COG_TRY(random->fill(random->context, bytes, len));
    *text = cog_base64url_encode(pool, (cog_span_t){bytes, len});
    cog_secret_wipe(bytes, sizeof(bytes));
    return COG_OK;
}
