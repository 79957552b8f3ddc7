/* HOST[:PORT] in the value of CognitoStore. */
#ifndef COG_HTTPD_CONF_STORE_HOST_H
#define COG_HTTPD_CONF_STORE_HOST_H

#include <apr_pools.h>
#include <apr_tables.h>

typedef struct {
    const char *host; /* a name or an address, IPv6 without brackets */
    int port;
    int is_loopback; /* it is this machine */
} cog_store_host_t;

/* Parse one; in front of a port an address of IPv6 stands in brackets. Returns NULL, or
 * what is wrong, as the rest of a sentence. */
const char *cog_store_host_parse(apr_pool_t *pool, const char *text, int default_port,
                                 cog_store_host_t *host);

/* HOST:PORT. */
const char *cog_store_host_name(apr_pool_t *pool, const cog_store_host_t *host);

#endif
