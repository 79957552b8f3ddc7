#include "httpd/conf/store_host.h"

#include <apr_network_io.h>
#include <apr_strings.h>
#include <string.h>
#include <httpd.h>

#include "base/url.h"
#include "httpd/conf/values.h"

#define MAX_HOST 253
#define NAME     "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-"

static int is_loopback(apr_pool_t *pool, const char *host)
{
    int is_address = strchr(host, ':') != NULL;
    char *lower =
        apr_pstrcat(pool, is_address ? "[" : "", host, is_address ? "]" : "", NULL);

    ap_str_tolower(lower);
    return cog_url_is_loopback(&(cog_url_t){.host = lower});
}

const char *cog_store_host_parse(apr_pool_t *pool, const char *text, int default_port,
                                 cog_store_host_t *host)
{
    const char *allowed = *text == '[' ? NAME ":" : NAME;
    char *name = NULL;
    char *scope = NULL;
    apr_port_t port = 0;

    if (apr_parse_addr_port(&name, &scope, &port, text, pool) != APR_SUCCESS || !name ||
        scope || !cog_value_consists_of(name, allowed, MAX_HOST)) {
        return "names no host, or a port that cannot be";
    }
    *host = (cog_store_host_t){name, port ? port : default_port, is_loopback(pool, name)};
    return NULL;
}

const char *cog_store_host_name(apr_pool_t *pool, const cog_store_host_t *host)
{
    return apr_psprintf(pool, strchr(host->host, ':') ? "[%s]:%d" : "%s:%d", host->host,
                        host->port);
}
