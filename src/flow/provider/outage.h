/* A circuit breaker: does a user pool's endpoint answer at all? While it does not, one
 * caller in some seconds finds out, and the others do not wait in vain. Known to one
 * process; thread-safe. */
#ifndef COG_FLOW_OUTAGE_H
#define COG_FLOW_OUTAGE_H

#include <stdatomic.h>
#include <stdint.h>

#define COG_OUTAGE_PAUSE_SEC 5

/* All zeros: it answers. */
typedef struct {
    _Atomic int64_t quiet_until; /* seconds since 1970; 0: no outage */
} cog_outage_t;

/* May it be asked now? */
int cog_outage_may_ask(cog_outage_t *outage, int64_t now);

/* What came of it. */
void cog_outage_note(cog_outage_t *outage, int has_answered, int64_t now);

#endif
