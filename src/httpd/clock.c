#include "httpd/clock.h"

static apr_time_t now(void *context)
{
    (void)context;
    return apr_time_now();
}

static void pause_thread(void *context, apr_interval_time_t duration)
{
    (void)context;
    apr_sleep(duration);
}

cog_clock_t cog_clock_system(void)
{
    return (cog_clock_t){NULL, now, pause_thread};
}
