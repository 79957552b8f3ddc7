/* The rules of every outgoing call: whom it trusts, how much it may bring, how long it
 * may last. */
#ifndef COG_NET_CURL_RULES_H
#define COG_NET_CURL_RULES_H

#include <curl/curl.h>

#include "base/error.h"
#include "base/url.h"
#include "net/fetch/fetch_curl.h"

/* Set them in a handle without options, for one call of `url`, which has passed
 * cog_url_is_safe(). `limit`: of this call, in place of conf->total_limit; 0: none.
 * COG_E_INTERNAL when libcurl is too old or finds no memory: then it must not be called.
 */
cog_err_t cog_curl_rules_set(CURL *handle, const cog_fetch_conf_t *conf,
                             const cog_url_t *url, apr_interval_time_t limit);

#endif
