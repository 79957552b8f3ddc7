/* httpd's request as the flows see it, and the world that they run in. */
#ifndef COG_HTTPD_REQUEST_H
#define COG_HTTPD_REQUEST_H

#include <httpd.h>

#include "flow/flow.h"
#include "httpd/memo.h"
#include "httpd/site.h"

/* A flow for what the client has asked for, at this place; lives as long as the memo. */
cog_flow_t *cog_request_flow(const cog_memo_t *memo, const cog_site_t *site,
                             const cog_place_t *place);

#endif
