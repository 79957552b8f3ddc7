/* The right to do something that only one of all threads, processes and hosts may do: an
 * entry of the store that ends by itself, should its holder die. */
#ifndef COG_FLOW_LEASE_H
#define COG_FLOW_LEASE_H

#include "flow/flow.h"

#define COG_LEASE_PAUSE_SEC 5 /* at least, after a failure */

typedef struct {
    const char *key;
    const char *holder; /* what the entry says while it is ours */
    int64_t end;        /* from then on it may be somebody else's, in seconds */
} cog_lease_t;

/* COG_OK: it is ours, for conf->lease_sec seconds. COG_E_EXISTS: somebody is at it.
 * COG_E_IDP_BUSY: it failed a moment ago. COG_E_STORE: nobody can say. `key` outlives the
 * lease. */
cog_err_t cog_lease_take(const cog_flow_t *flow, const char *key, cog_lease_t *lease);

/* Did it take so long that somebody else may have it by now? */
int cog_lease_has_ended(const cog_flow_t *flow, const cog_lease_t *lease);

/* It is done. A lease that somebody else has taken meanwhile is left to them. */
void cog_lease_release(const cog_flow_t *flow, const cog_lease_t *lease);

/* It has failed: nobody shall try again for some seconds, but who is at it already. */
void cog_lease_fail(const cog_flow_t *flow, const cog_lease_t *lease);

#endif
