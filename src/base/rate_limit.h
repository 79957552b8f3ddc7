/* One in an interval: for log messages about a trouble that lasts, and for work that one
 * process does for all. May lie in shared memory. */
#ifndef COG_BASE_RATE_LIMIT_H
#define COG_BASE_RATE_LIMIT_H

#include <apr_time.h>
#include <stdatomic.h>

/* Zero: nobody was allowed yet. */
typedef struct {
    _Atomic apr_time_t passed;
} cog_rate_limit_t;

/* True for one caller in `interval`. */
static inline int cog_rate_limit_allows(cog_rate_limit_t *limit, apr_time_t now,
                                        apr_interval_time_t interval)
{
    apr_time_t passed = atomic_load_explicit(&limit->passed, memory_order_relaxed);

    /* a clock that was set back must not shut everybody out */
    if (passed != 0 && now >= passed && now - passed < interval) {
        return 0;
    }
    return atomic_compare_exchange_strong(&limit->passed, &passed, now);
}

#endif
