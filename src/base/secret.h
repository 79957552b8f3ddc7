/* Tokens, codes, verifiers, cookie values and keys: a type that cannot be printed by
 * mistake
 * (`%s` with one does not compile under -Wformat) and cannot be compared with `==`. */
#ifndef COG_BASE_SECRET_H
#define COG_BASE_SECRET_H

#include <apr_pools.h>

typedef struct {
    const char *bytes; /* ends in NUL, holds none before; NULL: there is no secret */
    size_t len;
} cog_secret_t;

/* A secret over `text`, which must live as long; {NULL, 0} for NULL. */
cog_secret_t cog_secret_of(const char *text);

/* A copy that is wiped when `pool` is cleared. */
cog_secret_t cog_secret_copy(apr_pool_t *pool, const char *bytes, size_t len);

/* `begin`, then the secret: wiped likewise, as it holds one. */
cog_secret_t cog_secret_join(apr_pool_t *pool, const char *begin, cog_secret_t secret);

int cog_secret_is_set(cog_secret_t secret);

/* Constant time in the bytes; the lengths are not hidden. An unset secret equals nothing.
 */
int cog_secret_equal(cog_secret_t a, cog_secret_t b);

/* The same of any `len` bytes. */
int cog_secret_bytes_equal(const void *a, const void *b, size_t len);

/* Wipe `len` bytes in a way that the compiler keeps. */
void cog_secret_wipe(void *bytes, size_t len);

/* Wipe `len` bytes when `pool` is cleared. */
void cog_secret_wipe_with(apr_pool_t *pool, void *bytes, size_t len);

#endif
