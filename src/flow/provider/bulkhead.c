#include "flow/provider/bulkhead.h"

#include "base/log.h"
#include "flow/fetch.h"

#define SAY_EVERY apr_time_from_sec(60)

/* A clock that was put back must not make it long. */
static int is_silent(cog_bulkhead_t *bulkhead, apr_time_t now)
{
    apr_time_t answered = atomic_load(&bulkhead->answered);

    return now < answered || now - answered >= COG_BULKHEAD_PATIENCE;
}

int cog_bulkhead_enter(cog_bulkhead_t *bulkhead, int limit, apr_time_t now)
{
    int before = atomic_fetch_add(&bulkhead->inside, 1);

    if (before == 0 && !atomic_load(&bulkhead->has_failed)) {
        atomic_store(&bulkhead->answered, now);
    }
    if (before >= limit && is_silent(bulkhead, now)) {
        atomic_fetch_sub(&bulkhead->inside, 1);
        return 0;
    }
    return 1;
}

void cog_bulkhead_leave(cog_bulkhead_t *bulkhead, int has_answer, apr_time_t now)
{
    atomic_store(&bulkhead->has_failed, !has_answer);
    if (has_answer) {
        atomic_store(&bulkhead->answered, now);
    }
    atomic_fetch_sub(&bulkhead->inside, 1);
}

static void say_that_it_is_full(const cog_flow_t *flow, cog_bulkhead_t *bulkhead,
                                const cog_fetch_request_t *request, apr_time_t now)
{
    if (cog_rate_limit_allows(&bulkhead->say, now, SAY_EVERY)) {
        COG_LOG(flow->ports->log, WARNING, 3074,
                "%d requests of this process wait for %s, which answers none: others "
                "do not ask it",
                flow->conf->waiting_limit, request->url);
    }
}

cog_err_t cog_bulkhead_fetch(const cog_flow_t *flow, cog_bulkhead_t *bulkhead,
                             const cog_fetch_request_t *request,
                             cog_fetch_response_t *response)
{
    apr_time_t now = cog_flow_time(flow);
    cog_err_t err;

    if (!cog_bulkhead_enter(bulkhead, flow->conf->waiting_limit, now)) {
        say_that_it_is_full(flow, bulkhead, request, now);
        return COG_E_IDP_UNREACHABLE;
    }
    err = cog_flow_fetch(flow, request, response);
    cog_bulkhead_leave(bulkhead, err == COG_OK, cog_flow_time(flow));
    return err;
}
