/* A virtual host as requests find it: its configuration, resolved, and what it was made
 * of. */
#ifndef COG_HTTPD_SITE_H
#define COG_HTTPD_SITE_H

#include <httpd.h>

#include "base/rate_limit.h"
#include "flow/conf.h"
#include "flow/ports.h"
#include "httpd/conf.h"
#include "httpd/conf/store_value.h"
#include "net/fetch/fetch_curl.h"
#include "net/meter/meter_shm.h"

/* What belongs to a client, but is of no interest to the core. */
typedef struct {
    const cog_client_conf_t *client;
    apr_array_header_t *params;    /* CognitoLoginParam: cog_login_param_t, or NULL */
    apr_array_header_t *http_urls; /* of its user pool, those without TLS, or NULL */
} cog_site_client_t;

/* A virtual host for which a client is configured. */
typedef struct cog_site_t {
    const cog_conf_t *conf;
    cog_fetcher_t fetcher;
    cog_fetch_conf_t calls; /* what `fetcher` keeps to */
    cog_store_t store;
    cog_store_t documents;
    cog_store_value_t store_value;             /* what it was made of */
    const struct cog_made_store_t *made_store; /* as httpd/start/stores.h made it */
    cog_meter_shm_t *meter;
    struct cog_audit_log_t *audit_log;      /* CognitoAuditLog, NULL: none */
    const struct cog_page_template_t *page; /* CognitoErrorTemplate, or our own */
    apr_array_header_t *clients;            /* cog_site_client_t */
    cog_rate_limit_t *groups_warning_limit; /* of the warning about long lists */
    /* dialects that places speak, in .htaccess files perhaps others: `int`; NULL: none
     * but our own. */
    const apr_array_header_t *backends;
    /* folded names of headers, lists that end with NULL */
    const char *const *identity_headers;     /* no client may send them */
    const char *identity_initials;           /* cog_header_name_initials() of them */
    const char *const *kept_from_connection; /* no Connection may name them; no trailer
                                              * may be one of them */
} cog_site_t;

/* NULL when the module is not configured for this virtual host. */
const cog_site_t *cog_site_of(const server_rec *s);

#endif
