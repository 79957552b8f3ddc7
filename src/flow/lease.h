/* The right to do something that only one of all threads, processes and hosts may do: an
 * entry of the store that ends by itself, should its holder die. */
#ifndef COG_FLOW_LEASE_H
#define COG_FLOW_LEASE_H

#include "flow/flow.h"

#define COG_LEASE_PAUSE_SEC 5 /* at least, after a failure */

/* COG_OK: it is ours, for conf->lease_sec seconds. COG_E_EXISTS: somebody is at it.
 * COG_E_IDP_BUSY: it failed a moment ago. COG_E_STORE: nobody can say. */
cog_err_t cog_lease_take(const cog_flow_t *flow, const char *key);

/* It is done. */
void cog_lease_release(const cog_flow_t *flow, const char *key);

/* It has failed: nobody shall try again for some seconds. */
void cog_lease_fail(const cog_flow_t *flow, const char *key);

#endif
