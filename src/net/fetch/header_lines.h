/* The header lines of a call, as curl takes them. */
#ifndef COG_NET_HEADER_LINES_H
#define COG_NET_HEADER_LINES_H

#include <apr_pools.h>
#include <curl/curl.h>

#include "flow/ports.h"

/* Those of `request`; NULL: there are none. They may hold a secret, and are wiped and
 * freed with `pool`. COG_E_INTERNAL: one would be more than one line. */
cog_err_t cog_header_lines_make(apr_pool_t *pool, const cog_fetch_request_t *request,
                                struct curl_slist **lines);

#endif
