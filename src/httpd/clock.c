#include "httpd/clock.h"

static apr_time_t now(void *context)
{
    (void)context;
    return apr_time_now();
}

cog_clock_t cog_clock_system(void)
{
    return (cog_clock_t){NULL, now};
}
