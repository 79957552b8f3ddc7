/* Lets a message through now and then, so that a trouble that lasts does not fill the
 * log. May lie in shared memory. */
#ifndef COG_NET_LOG_GATE_H
#define COG_NET_LOG_GATE_H

#include <apr_time.h>
#include <stdatomic.h>

/* Zero: nothing has been let through. */
typedef struct {
    _Atomic apr_time_t opened;
} cog_log_gate_t;

/* True for one caller in `interval`. */
static inline int cog_log_gate_opens(cog_log_gate_t *gate, apr_time_t now,
                                     apr_interval_time_t interval)
{
    apr_time_t opened = atomic_load_explicit(&gate->opened, memory_order_relaxed);

    /* a clock that was set back must not keep it shut */
    if (opened != 0 && now >= opened && now - opened < interval) {
        return 0;
    }
    return atomic_compare_exchange_strong(&gate->opened, &opened, now);
}

#endif
