#include "doctor/reason.h"

static int is_loud(void *context, cog_log_level_t level)
{
    (void)context;
    return level <= COG_LOG_WARNING;
}

static void keep(void *context, cog_log_level_t level, const char *message)
{
    cog_reason_t *reason = context;

    (void)level;
    reason->text = message;
}

cog_reason_t *cog_reason_make(apr_pool_t *pool)
{
    cog_reason_t *reason = apr_pcalloc(pool, sizeof(*reason));

    reason->log = (cog_log_t){reason, pool, is_loud, keep};
    return reason;
}
