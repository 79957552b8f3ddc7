/* Asking the user pool. */
#ifndef COG_FLOW_FETCH_H
#define COG_FLOW_FETCH_H

#include "flow/flow.h"

/* A call through the flow's fetch port, which the meter hears of. */
cog_err_t cog_flow_fetch(const cog_flow_t *flow, const cog_fetch_request_t *request,
                         cog_fetch_response_t *response);

#endif
