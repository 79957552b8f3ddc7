/* A few curl handles that keep their connections alive between two transfers. */
#ifndef COG_NET_CURL_HANDLES_H
#define COG_NET_CURL_HANDLES_H

#include <apr_pools.h>
#include <curl/curl.h>

#include "base/error.h"

typedef struct cog_curl_handles_t cog_curl_handles_t;

/* At first empty; what it holds at the end is released with `pool`. Thread-safe. */
cog_err_t cog_curl_handles_make(apr_pool_t *pool, cog_curl_handles_t **handles);

/* A handle without options, for the caller alone; NULL when there is no memory. One that
 * another process has made before a fork is never given out. */
CURL *cog_curl_handles_take(cog_curl_handles_t *handles);

/* Take it back: its options are forgotten, its connections kept, unless there are enough.
 * Nothing is kept of one whose transfer failed: curl 8.14 lets the next one fail, too,
 * after a form that it may not send twice. */
void cog_curl_handles_give(cog_curl_handles_t *handles, CURL *handle, int went_well);

#endif
