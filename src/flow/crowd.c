#include "flow/crowd.h"

/* A clock that was put back must not make it long. */
static int is_silent(cog_crowd_t *crowd, apr_time_t now)
{
    apr_time_t answered = atomic_load(&crowd->answered);

    return now < answered || now - answered >= COG_CROWD_PATIENCE;
}

int cog_crowd_enter(cog_crowd_t *crowd, int limit, apr_time_t now)
{
    int before = atomic_fetch_add(&crowd->inside, 1);

    if (before == 0 && !atomic_load(&crowd->has_failed)) {
        atomic_store(&crowd->answered, now);
    }
    if (before >= limit && is_silent(crowd, now)) {
        atomic_fetch_sub(&crowd->inside, 1);
        return 0;
    }
    return 1;
}

void cog_crowd_leave(cog_crowd_t *crowd, int has_answer, apr_time_t now)
{
    atomic_store(&crowd->has_failed, !has_answer);
    if (has_answer) {
        atomic_store(&crowd->answered, now);
    }
    atomic_fetch_sub(&crowd->inside, 1);
}
