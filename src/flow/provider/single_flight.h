/* One value that many threads need and that has to be fetched: a single thread fetches,
 * the others use what is there or wait for it. A good value outlives failed fetches. */
#ifndef COG_FLOW_SINGLE_FLIGHT_H
#define COG_FLOW_SINGLE_FLIGHT_H

#include <apr_pools.h>

#include "base/error.h"
#include "flow/flow.h"
#include "flow/provider/document.h"
#include "flow/provider/snapshot.h"

/* Then it is fetched again, while the old one serves on. */
#define COG_METADATA_FRESH_SEC 3600
/* From then on it is fetched before somebody needs it. */
#define COG_METADATA_AHEAD_SEC 2700

#define COG_FETCH_PAUSE_SEC 5  /* after a failed fetch */
#define COG_KID_PAUSE_SEC   10 /* between two fetches for unknown key ids */
#define COG_FETCH_WAIT_SEC  5  /* at most that long for another thread's fetch */

typedef struct cog_single_flight_t cog_single_flight_t; /* thread-safe */

/* Gets the value and sets it in `snapshot`, made on the snapshot's pool, with the time at
 * which it was fetched. Logs why when it fails. */
typedef cog_err_t (*cog_single_flight_load_t)(cog_flow_t *flow, const void *context,
                                              const cog_document_freshness_t *freshness,
                                              cog_snapshot_t *snapshot);

/* Nothing is fetched yet. `what` is for the log: "the key set of …". */
cog_err_t cog_single_flight_make(apr_pool_t *conf_pool, const char *what,
                                 cog_single_flight_load_t load, const void *context,
                                 cog_single_flight_t **flight);

/* The value, for the caller to release. It is fetched when there is none or it is older
 * than COG_METADATA_FRESH_SEC, unless a fetch failed a moment ago. When that fails, and
 * there is none, what the host has kept serves. Without a value: the error of the last
 * fetch, or COG_E_IDP_UNREACHABLE when the wait was too long. */
cog_err_t cog_single_flight_get(cog_flow_t *flow, cog_single_flight_t *flight,
                                cog_snapshot_t **snapshot);

/* A number that changes with each value that is got. It is read without the lock. */
unsigned cog_single_flight_generation(const cog_single_flight_t *flight);

/* While nobody waits: fetch it anew when it is older than COG_METADATA_AHEAD_SEC. A value
 * that nobody on this host has ever asked for is left alone. `is_known` is set to whether
 * there is a value. */
cog_err_t cog_single_flight_renew_ahead(cog_flow_t *flow, cog_single_flight_t *flight,
                                        int *is_known);

/* The value, for the caller to release: a newer one than `seen` when there is one or when
 * one may be fetched, which is once in COG_KID_PAUSE_SEC; else `seen` again. */
cog_snapshot_t *cog_single_flight_get_newer(cog_flow_t *flow, cog_single_flight_t *flight,
                                            const cog_snapshot_t *seen);

#endif
