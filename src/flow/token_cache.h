/* Tokens that were verified a moment ago, with what was read from them: the second use of
 * a token costs a look-up. Likewise what was signed a moment ago, by what went into it
 * (flow/assertion/assertion.c). One for all threads of a process, of a fixed size; when
 * it is full, the oldest go. */
#ifndef COG_FLOW_TOKEN_CACHE_H
#define COG_FLOW_TOKEN_CACHE_H

#include <apr_pools.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/span.h"
#include "crypto/random.h"

typedef struct cog_token_cache_t cog_token_cache_t; /* thread-safe */

/* All of it must agree with what was kept, the token octet by octet: any octets, followed
 * by a NUL. It is looked for by its last 64, which should not be those of many others. */
typedef struct {
    cog_secret_t token;
    const void *owner;   /* for whom it was verified */
    unsigned generation; /* of the keys that verified it */
} cog_token_key_t;

/* At start, before the process forks: 2 MiB, of which a process uses what it fills. */
cog_err_t cog_token_cache_make(apr_pool_t *conf_pool, const cog_random_t *random,
                               cog_token_cache_t **cache);

/* Keep `record` until that time, in seconds. What is large is not kept. */
void cog_token_cache_keep(cog_token_cache_t *cache, const cog_token_key_t *key,
                          cog_span_t record, int64_t until);

/* A copy of the record that was kept and has not ended `now`; COG_E_NOT_FOUND. */
cog_err_t cog_token_cache_find(cog_token_cache_t *cache, apr_pool_t *pool,
                               const cog_token_key_t *key, int64_t now,
                               cog_span_t *record);

#endif
