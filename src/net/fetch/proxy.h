/* The forward proxy by which calls go: as whom, over which TLS, and what it says. */
#ifndef COG_NET_FETCH_PROXY_H
#define COG_NET_FETCH_PROXY_H

#include <curl/curl.h>

#include "net/fetch/fetch_curl.h"

/* The password as it is now; unset where the proxy, or its user, has none. */
cog_secret_t cog_proxy_password(apr_pool_t *pool, const cog_proxy_t *proxy);

/* Let the next call of `handle` go through a tunnel of the proxy. Its user and password
 * are sent to it alone, in the way of RFC 7617, which is the only one. An https proxy
 * needs a certificate that `ca_file`, NULL for the system's, trusts. */
cog_err_t cog_proxy_use(CURL *handle, const cog_proxy_t *proxy, cog_secret_t password,
                        const char *ca_file);

/* Has it answered the last call with 407? */
int cog_proxy_has_refused(CURL *handle);

/* What an administrator has to know of such an answer. */
const char *cog_proxy_complaint(apr_pool_t *pool, const cog_proxy_t *proxy);

#endif
