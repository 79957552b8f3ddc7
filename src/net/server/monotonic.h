/* Time that only goes forward, whatever happens to the wall clock: for limits. */
#ifndef COG_NET_MONOTONIC_H
#define COG_NET_MONOTONIC_H

#include <apr_time.h>

/* In microseconds, from somewhere on. */
apr_time_t cog_monotonic_now(void);

/* How long until then, in milliseconds, rounded up for poll(); 0 when it is over. */
int cog_monotonic_left(apr_time_t deadline);

#endif
