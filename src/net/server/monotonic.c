#include "net/server/monotonic.h"

#include <limits.h>
#include <time.h>

apr_time_t cog_monotonic_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return apr_time_make(now.tv_sec, now.tv_nsec / 1000);
}

int cog_monotonic_left(apr_time_t deadline)
{
    apr_interval_time_t left = deadline - cog_monotonic_now();

    if (left <= 0) {
        return 0;
    }
    return left / 1000 < INT_MAX ? (int)((left + 999) / 1000) : INT_MAX;
}
