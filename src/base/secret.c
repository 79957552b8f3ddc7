#include "base/secret.h"

#include <apr_strings.h>
#include <stdint.h>
#include <string.h>

#define WORD  sizeof(uint64_t)
#define BLOCK (4 * WORD)

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

cog_secret_t cog_secret_join(apr_pool_t *pool, const char *begin, cog_secret_t secret)
{
    char *joined = apr_pstrcat(pool, begin, secret.bytes, NULL);
    size_t len = strlen(joined);

    cog_secret_wipe_with(pool, joined, len);
    return (cog_secret_t){joined, len};
}

int cog_secret_is_set(cog_secret_t secret)
{
    return secret.bytes != NULL;
}

static uint64_t differ_in_word(const unsigned char *a, const unsigned char *b)
{
    uint64_t x;
    uint64_t y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x ^ y;
}

static uint64_t differ_in_block(const unsigned char *a, const unsigned char *b)
{
    return differ_in_word(a, b) | differ_in_word(a + WORD, b + WORD) |
           differ_in_word(a + 2 * WORD, b + 2 * WORD) |
           differ_in_word(a + 3 * WORD, b + 3 * WORD);
}

/* The volatile keeps the compiler from stopping early. */
int cog_secret_bytes_equal(const void *a, const void *b, size_t len)
{
    const unsigned char *left = a;
    const unsigned char *right = b;
    volatile uint64_t difference = 0;
    size_t i = 0;

    for (; i + BLOCK <= len; i += BLOCK) {
        difference |= differ_in_block(left + i, right + i);
    }
    for (; i + WORD <= len; i += WORD) {
        difference |= differ_in_word(left + i, right + i);
    }
    for (; i < len; ++i) {
        difference |= (uint64_t)(left[i] ^ right[i]);
    }
    return difference == 0;
}

int cog_secret_equal(cog_secret_t a, cog_secret_t b)
{
    return a.bytes && b.bytes && a.len == b.len &&
           cog_secret_bytes_equal(a.bytes, b.bytes, a.len);
}
