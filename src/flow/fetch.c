#include "flow/fetch.h"

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
    apr_time_t begin = cog_flow_time(flow);
    cog_err_t err =
        fetcher->fetch(fetcher->context, flow->pool, flow->ports->log, request, response);

    if (meter) {
        apr_time_t now = cog_flow_time(flow);

        meter->note_call(
            meter->context,
            &(cog_call_t){request->kind,
                          result_of(err, err == COG_OK ? response->status : 0),
                          now > begin ? now - begin : 0, now});
    }
    return err;
}
