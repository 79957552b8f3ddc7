/* Lets one of many callers through now and then: for messages of a trouble that lasts,
 * and for work that one process does for all. May lie in shared memory. */
#ifndef COG_BASE_GATE_H
#define COG_BASE_GATE_H

#include <apr_time.h>
#include <stdatomic.h>

/* Zero: nobody has gone through. */
typedef struct {
    _Atomic apr_time_t passed;
} cog_gate_t;

/* True for one caller in `interval`. */
static inline int cog_gate_opens(cog_gate_t *gate, apr_time_t now,
                                 apr_interval_time_t interval)
{
    apr_time_t passed = atomic_load_explicit(&gate->passed, memory_order_relaxed);

    /* a clock that was set back must not keep it shut */
    if (passed != 0 && now >= passed && now - passed < interval) {
        return 0;
    }
    return atomic_compare_exchange_strong(&gate->passed, &passed, now);
}

#endif
