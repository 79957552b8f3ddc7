/* The value of CognitoProxy: http[s]://[USER:SOURCE@]HOST[:PORT], or none. USER:SOURCE is
 * as in peer_login.h. */
#ifndef COG_HTTPD_CONF_PROXY_VALUE_H
#define COG_HTTPD_CONF_PROXY_VALUE_H

#include "net/fetch/fetch_curl.h"

/* Parse it; the password is not read yet. Of `none` the URL is NULL. Returns NULL, or
 * what is wrong and what would be right, as the rest of a sentence about the value;
 * `may_show` is false when the value may hold a secret. */
const char *cog_proxy_value_parse(apr_pool_t *pool, const char *text, cog_proxy_t *proxy,
                                  int *may_show);

#endif
