/* A few curl handles that keep their connections alive between two transfers. */
#ifndef COG_NET_CURL_HANDLES_H
#define COG_NET_CURL_HANDLES_H

#include <apr_pools.h>
#include <curl/curl.h>

#include "base/error.h"
#include "base/secret.h"

typedef struct cog_curl_handles_t cog_curl_handles_t;

/* At first empty; what it holds at the end is released with `pool`. Thread-safe. */
cog_err_t cog_curl_handles_make(apr_pool_t *pool, cog_curl_handles_t **handles);

/* A handle without options, for the caller alone; NULL when there is no memory. One that
 * another process has made before a fork is never given out, and none whose connections
 * were opened with another `password` than the caller's, which may be unset: before 8.19
 * curl went on with a proxy's tunnel whoever asked for it (CVE-2026-3784). */
CURL *cog_curl_handles_take(cog_curl_handles_t *handles, cog_secret_t password);

/* Take it back: its options are forgotten, its connections kept, unless there are enough,
 * or there is another password by now. Nothing is kept of one whose transfer failed: curl
 * 8.14 lets the next one fail, too, after a form that it may not send twice. */
void cog_curl_handles_give(cog_curl_handles_t *handles, CURL *handle,
                           cog_secret_t password, int went_well);

#endif
