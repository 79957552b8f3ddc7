#include "flow/provider/bulkhead.h"

/* A clock that was put back must not make it long. */
static int is_silent(cog_bulkhead_t *bulkhead, apr_time_t now)
{
    apr_time_t answered = atomic_load(&bulkhead->answered);

    return now < answered || now - answered >= COG_BULKHEAD_PATIENCE;
}

int cog_bulkhead_enter(cog_bulkhead_t *bulkhead, int limit, apr_time_t now)
{
    int before = atomic_fetch_add(&bulkhead->inside, 1);

    if (before == 0 && !atomic_load(&bulkhead->has_failed)) {
        atomic_store(&bulkhead->answered, now);
    }
    if (before >= limit && is_silent(bulkhead, now)) {
        atomic_fetch_sub(&bulkhead->inside, 1);
        return 0;
    }
    return 1;
}

void cog_bulkhead_leave(cog_bulkhead_t *bulkhead, int has_answer, apr_time_t now)
{
    atomic_store(&bulkhead->has_failed, !has_answer);
    if (has_answer) {
        atomic_store(&bulkhead->answered, now);
    }
    atomic_fetch_sub(&bulkhead->inside, 1);
}
