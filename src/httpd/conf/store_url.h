/* redis:// and rediss:// URLs of CognitoStore: [[USER]:SOURCE@]HOST[:PORT][/DATABASE].
 *
 * USER:SOURCE is as in peer_login.h. */
#ifndef COG_HTTPD_CONF_STORE_URL_H
#define COG_HTTPD_CONF_STORE_URL_H

#include "httpd/conf/store_value.h"

/* Parse what stands behind `scheme`. `has_tls` is set already. Returns NULL, or the rest
 * of a sentence about the value. */
const char *cog_store_url_parse(apr_pool_t *pool, const char *scheme, const char *text,
                                cog_store_value_t *value);

#endif
