/* A log for tests: keeps the last message and counts them. */
#ifndef COG_TEST_KEPT_LOG_H
#define COG_TEST_KEPT_LOG_H

#include <apr_strings.h>

#include "base/log.h"

typedef struct {
    cog_log_t log; /* what is passed to the code under test */
    int count;
    cog_log_level_t level;
    const char *last; /* "" when there is none */
} kept_log_t;

static inline int kept_log_is_on(void *context, cog_log_level_t level)
{
    (void)context;
    (void)level;
    return 1;
}

static inline void kept_log_write(void *context, cog_log_level_t level,
                                  const char *message)
{
    kept_log_t *kept = context;

    kept->count++;
    kept->level = level;
    kept->last = apr_pstrdup(kept->log.pool, message);
}

static inline kept_log_t *kept_log_make(apr_pool_t *pool)
{
    kept_log_t *kept = apr_pcalloc(pool, sizeof(*kept));

    kept->log = (cog_log_t){kept, pool, kept_log_is_on, kept_log_write};
    kept->last = "";
    return kept;
}

#endif
