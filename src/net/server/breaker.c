#include "net/server/breaker.h"

int cog_breaker_allows(cog_breaker_t *breaker, apr_time_t now)
{
    if (!breaker->is_open) {
        return 1;
    }
    if (now < breaker->next_probe) {
        return 0;
    }
    /* whatever becomes of this one, the next one has its turn a pause later */
    breaker->next_probe = now + COG_BREAKER_PAUSE;
    return 1;
}

int cog_breaker_failed(cog_breaker_t *breaker, apr_time_t now)
{
    if (breaker->is_open || ++breaker->failures < COG_BREAKER_FAILURES) {
        return 0;
    }
    breaker->is_open = 1;
    breaker->next_probe = now + COG_BREAKER_PAUSE;
    return 1;
}

int cog_breaker_worked(cog_breaker_t *breaker)
{
    int was_open = breaker->is_open;

    *breaker = (cog_breaker_t){0};
    return was_open;
}
