#include "base/secret.h"

#include <apr_strings.h>
#include <string.h>

typedef struct {
    void *bytes;
    size_t len;
} wiped_t;

cog_secret_t cog_secret_of(const char *text)
{
    return (cog_secret_t){text, text ? strlen(text) : 0};
}

/* Called through a volatile pointer, so that the compiler cannot know what it does. */
static void *(*const volatile set_bytes)(void *, int, size_t) = memset;

void cog_secret_wipe(void *bytes, size_t len)
{
    set_bytes(bytes, 0, len);
}

static apr_status_t wipe(void *data)
{
    const wiped_t *wiped = data;

    cog_secret_wipe(wiped->bytes, wiped->len);
    return APR_SUCCESS;
}

void cog_secret_wipe_with(apr_pool_t *pool, void *bytes, size_t len)
{
    wiped_t *wiped = apr_palloc(pool, sizeof(*wiped));

    wiped->bytes = bytes;
    wiped->len = len;
    apr_pool_cleanup_register(pool, wiped, wipe, apr_pool_cleanup_null);
}

cog_secret_t cog_secret_copy(apr_pool_t *pool, const char *bytes, size_t len)
{
    char *copy = apr_pstrmemdup(pool, bytes, len);

    cog_secret_wipe_with(pool, copy, len);
    return (cog_secret_t){copy, len};
}

int cog_secret_is_set(cog_secret_t secret)
{
    return secret.bytes != NULL;
}

int cog_secret_equal(cog_secret_t a, cog_secret_t b)
{
    volatile unsigned char difference = 0;

    if (!a.bytes || !b.bytes || a.len != b.len) {
        return 0;
    }
    for (size_t i = 0; i < a.len; ++i) {
        difference |= (unsigned char)(a.bytes[i] ^ b.bytes[i]);
    }
    return difference == 0;
}

int cog_secret_is_same(cog_secret_t a, cog_secret_t b)
{
    return a.bytes && b.bytes && a.len == b.len && strcmp(a.bytes, b.bytes) == 0;
}
