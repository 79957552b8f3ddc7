#include "flow/meter.h"

#include "flow/flow.h"

void cog_flow_count(const cog_flow_t *flow, cog_event_t event)
{
    const cog_meter_t *meter = flow->ports->meter;

    if (meter) {
        meter->count(meter->context, event,
                     event < COG_EVENT_RARE ? cog_flow_time(flow) : 0);
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
                         err == COG_OK ? fetched_at : cog_flow_time(flow));
    }
}

void cog_flow_note_outage(const cog_flow_t *flow, const char *issuer, int is_out)
{
    const cog_meter_t *meter = flow->ports->meter;

    if (meter) {
        meter->note_outage(meter->context, issuer, is_out, cog_flow_time(flow));
    }
}

void cog_flow_note_problem(const cog_flow_t *flow, cog_problem_t problem)
{
    const cog_meter_t *meter = flow->ports->meter;

    if (meter) {
        problem.now = cog_flow_time(flow);
        meter->note_problem(meter->context, &problem);
    }
}
