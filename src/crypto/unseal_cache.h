/* A cache of envelopes that were opened a moment ago, with what was in them: a browser
 * brings the same one with each request. Of a fixed size; each place holds one, and who
 * finds it in use by another one does without it, so that nobody ever waits. Four that
 * meet in the same places are kept side by side; of more, the last four. */
#ifndef COG_CRYPTO_UNSEAL_CACHE_H
#define COG_CRYPTO_UNSEAL_CACHE_H

#include <apr_pools.h>

#include "base/span.h"

typedef struct cog_unseal_cache_t cog_unseal_cache_t; /* for all threads and processes */

/* Both must agree with what was kept, octet by octet; compared in constant time. */
typedef struct {
    cog_span_t sealed; /* octets 8 to 15 are as good as random */
    cog_span_t where;  /* what was authenticated besides it */
} cog_unseal_cache_key_t;

/* At start, before the process forks: room for 512 in 1 MiB, for all processes together,
 * which use what they fill. Wiped with `conf_pool`. */
cog_unseal_cache_t *cog_unseal_cache_make(apr_pool_t *conf_pool);

/* Keep what was in an envelope, in place of another one. What is large is not kept. */
void cog_unseal_cache_keep(cog_unseal_cache_t *cache, const cog_unseal_cache_key_t *key,
                           cog_span_t plain);

/* A copy of it, followed by a NUL and wiped with `pool`; FALSE when it is not there. */
int cog_unseal_cache_find(cog_unseal_cache_t *cache, apr_pool_t *pool,
                          const cog_unseal_cache_key_t *key, cog_span_t *plain);

#endif
