#include "flow/meter.h"

#include "flow/flow_private.h"

static apr_time_t now_of(const cog_flow_t *flow)
{
    const cog_clock_t *clock = &flow->ports->clock;

    return clock->now(clock->context);
}

void cog_flow_count(const cog_flow_t *flow, cog_event_t event)
{
    const cog_meter_t *meter = flow->ports->meter;

    if (meter) {
        meter->count(meter->context, event, event < COG_EVENT_RARE ? now_of(flow) : 0);
    }
}

void cog_flow_count_refusal(const cog_flow_t *flow, cog_err_t err)
{
    cog_flow_count(flow, (cog_event_t)(COG_EVENT_REFUSED + (int)err));
}

void cog_flow_note_keys(const cog_flow_t *flow, const char *issuer, cog_err_t err,
                        apr_time_t fetched_at)
{
    const cog_meter_t *meter = flow->ports->meter;

    if (meter) {
        meter->note_keys(meter->context, issuer, err,
                         err == COG_OK ? fetched_at : now_of(flow));
    }
}

void cog_flow_note_outage(const cog_flow_t *flow, const char *issuer, int is_out)
{
    const cog_meter_t *meter = flow->ports->meter;

    if (meter) {
        meter->note_outage(meter->context, issuer, is_out, now_of(flow));
    }
}

void cog_flow_note_problem(const cog_flow_t *flow, cog_problem_t problem)
{
    const cog_meter_t *meter = flow->ports->meter;

    if (meter) {
        problem.now = now_of(flow);
        meter->note_problem(meter->context, &problem);
    }
}

/* 429: throttled. */
static cog_call_result_t result_of(cog_err_t err, int status)
{
    if (err != COG_OK || status == 429 || status >= 500) {
        return COG_CALL_FAILED;
    }
    return status < 400 ? COG_CALL_ANSWERED : COG_CALL_REFUSED;
}

cog_err_t cog_flow_fetch(const cog_flow_t *flow, const cog_fetch_request_t *request,
                         cog_fetch_response_t *response)
{
    const cog_fetcher_t *fetcher = &flow->ports->fetcher;
    const cog_meter_t *meter = flow->ports->meter;
    apr_time_t begin = now_of(flow);
    cog_err_t err =
        fetcher->fetch(fetcher->context, flow->pool, flow->ports->log, request, response);

    if (meter) {
        apr_time_t now = now_of(flow);

        meter->note_call(
            meter->context,
            &(cog_call_t){request->kind,
                          result_of(err, err == COG_OK ? response->status : 0),
                          now > begin ? now - begin : 0, now});
    }
    return err;
}
