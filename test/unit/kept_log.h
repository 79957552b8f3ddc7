/* A log for tests: keeps all messages. */
#ifndef COG_TEST_KEPT_LOG_H
#define COG_TEST_KEPT_LOG_H

#include "test/unit/unit.h"

#include <apr_strings.h>
#include <apr_tables.h>

#include "base/log.h"

typedef struct {
    cog_log_t log; /* what is passed to the code under test */
    int count;
    cog_log_level_t level;
    const char *last;        /* "" when there is none */
    apr_array_header_t *all; /* const char * */
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
    APR_ARRAY_PUSH(kept->all, const char *) = kept->last;
}

static inline kept_log_t *kept_log_make(apr_pool_t *pool)
{
    kept_log_t *kept = apr_pcalloc(pool, sizeof(*kept));

    kept->log = (cog_log_t){kept, pool, kept_log_is_on, kept_log_write};
    kept->last = "";
    kept->all = apr_array_make(pool, 4, sizeof(const char *));
    return kept;
}

/* How many messages hold this text. */
static inline int kept_log_count(const kept_log_t *kept, const char *text)
{
    int count = 0;

    for (int i = 0; i < kept->all->nelts; ++i) {
        count += strstr(APR_ARRAY_IDX(kept->all, i, const char *), text) != NULL;
    }
    return count;
}

/* The last message has this tag and says this. */
static inline void assert_logged(const kept_log_t *kept, const char *tag,
                                 const char *text)
{
    if (!strstr(kept->last, tag) || !strstr(kept->last, text)) {
        fail_msg("log says: %s", kept->last);
    }
}

#endif
