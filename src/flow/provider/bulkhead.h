/* A bulkhead around an endpoint of a user pool: while it answers nobody, not all threads
 * of a process shall wait for it, so that some are left for other requests. Known to one
 * process; thread-safe. */
#ifndef COG_FLOW_BULKHEAD_H
#define COG_FLOW_BULKHEAD_H

#include <apr_time.h>
#include <stdatomic.h>

#include "base/rate_limit.h"
#include "flow/flow.h"

/* As long as nobody has an answer, before somebody is sent away. */
#define COG_BULKHEAD_PATIENCE apr_time_from_sec(1)

/* All zeros: nobody waits. */
typedef struct {
    atomic_int inside;
    atomic_int has_failed;       /* the last one who left has had no answer */
    _Atomic apr_time_t answered; /* when one had an answer, or the first one came */
    cog_rate_limit_t say;        /* for the log */
} cog_bulkhead_t;

/* May another one wait? No, when `limit` do and none has had an answer for a while. Who
 * may has to leave. */
int cog_bulkhead_enter(cog_bulkhead_t *bulkhead, int limit, apr_time_t now);

/* What came of it. */
void cog_bulkhead_leave(cog_bulkhead_t *bulkhead, int has_answer, apr_time_t now);

/* The call, from within. COG_E_IDP_UNREACHABLE without one when too many wait already,
 * which the log hears once a minute. */
cog_err_t cog_bulkhead_fetch(const cog_flow_t *flow, cog_bulkhead_t *bulkhead,
                             const cog_fetch_request_t *request,
                             cog_fetch_response_t *response);

#endif
