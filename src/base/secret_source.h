/* Where a secret is kept: `file:PATH`, `env:NAME` or `exec:COMMAND`. */
#ifndef COG_BASE_SECRET_SOURCE_H
#define COG_BASE_SECRET_SOURCE_H

#include <apr_pools.h>

#include "base/secret.h"

typedef enum { COG_SOURCE_FILE, COG_SOURCE_ENV, COG_SOURCE_EXEC } cog_source_kind_t;

typedef struct {
    cog_source_kind_t kind;
    const char *where; /* path, variable, or command line that begins with a path */
} cog_secret_source_t;

/* Parse `text`. Returns NULL, or what would be right, as the rest of a sentence on the
 * directive's value. A relative path is resolved by the caller before. */
const char *cog_secret_source_parse(apr_pool_t *pool, const char *text,
                                    cog_secret_source_t *source);

/* Read it now. One trailing line end (LF or CRLF) is dropped. A file must be regular, at
 * most 64 kB, not empty, without NUL, and not readable by others (mode & 007 is zero);
 * symbolic links are followed. A command runs without a shell, in our environment, with
 * nothing to read, for at most 10 s, and must exit with 0. Returns NULL, or the reason
 * for the admin, which never holds the secret.
 */
const char *cog_secret_source_read(apr_pool_t *pool, const cog_secret_source_t *source,
                                   cog_secret_t *secret);

/* While httpd runs: what a file says now, for it may have changed since the start; else,
 * as when root alone may read it, `at_start`. */
cog_secret_t cog_secret_source_now(apr_pool_t *pool, const cog_secret_source_t *source,
                                   cog_secret_t at_start);

#endif
