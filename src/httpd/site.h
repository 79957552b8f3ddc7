/* What the configuration amounts to, as the code reads it at request time. */
#ifndef COG_HTTPD_SITE_H
#define COG_HTTPD_SITE_H

#include <httpd.h>
#include <http_config.h>

#include "base/header_value.h"
#include "base/rate_limit.h"
#include "flow/conf.h"
#include "flow/ports.h"
#include "httpd/backend_presets.h"
#include "httpd/conf.h"
#include "httpd/conf/store_value.h"
#include "net/fetch/fetch_curl.h"
#include "net/meter/meter_shm.h"

/* CognitoRemoteUser, when nothing is written. */
#define COG_DEFAULT_USER_CLAIMS(X) X("cognito:username") X("email") X("sub")

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
    /* Folded names of headers, lists that end with NULL. */
    /* dialects that places speak, in .htaccess files perhaps others: `int`; NULL: none
     * but our own. */
    const apr_array_header_t *backends;
    const char *const *identity_headers;     /* no client may send them */
    const char *identity_initials;           /* cog_header_name_initials() of them */
    const char *const *kept_from_connection; /* no Connection may name them; no trailer
                                              * may be one of them */
} cog_site_t;

/* NULL when the module is not configured for this virtual host. */
const cog_site_t *cog_site_of(const server_rec *s);

/* What the sections say for this request, defaults filled in. `client` is NULL when
 * there is none of the name in CognitoUse, or no default one. An expression of
 * CognitoLoginParam that fails is logged and left out. */
cog_place_t *cog_place_make(request_rec *r, const ap_conf_vector_t *per_dir);

/* Is AuthType Cognito here? */
#define COG_AUTH_TYPE "Cognito"
int cog_place_is_ours(request_rec *r);

#define COG_DEFAULT_FORM_LIMIT (64 * 1024)

/* CognitoPreservePost: bytes, 0 is off. */
size_t cog_dir_form_limit(const cog_dir_conf_t *written);

/* CognitoSessionTimeout. */
cog_session_limits_t cog_dir_limits(const cog_dir_conf_t *written);

/* CognitoAccept: COG_ACCEPT_*. */
unsigned cog_dir_accepts(const cog_dir_conf_t *written);

/* CognitoRemoteUser: cog_user_claim_t, at least one. */
const apr_array_header_t *cog_dir_user_claims(const cog_dir_conf_t *written);

/* How a place hears of its user. */
typedef struct {
    int to_variables;
    int to_headers;
    const apr_array_header_t *claims; /* CognitoClaims: patterns for
                                       * cog_claims_are_wanted(); NULL or empty: the
                                       * default */
    const apr_array_header_t *groups; /* CognitoGroups: likewise, of groups */
    const cog_backend_t *backend;
    cog_header_encoding_t encoding;
    int tokens; /* of COG_TOKENS_* */
    struct {
        const char *header;   /* CognitoAssertion; NULL: off */
        const char *audience; /* NULL: the site itself */
        const char *signer;   /* of the dialect `alb`; NULL: the site itself */
        int64_t ttl_sec;
    } assertion;
} cog_export_t;

cog_export_t cog_dir_export(const cog_dir_conf_t *written);

/* CognitoTokens, or what its backend gets without: of COG_TOKENS_*. */
int cog_dir_tokens(const cog_dir_conf_t *written);

/* CognitoUnauthenticated. */
cog_unauthenticated_t cog_dir_unauthenticated(const cog_dir_conf_t *written);

/* CognitoBearerTokenUse: COG_TOKEN_*. */
unsigned cog_dir_bearer_uses(const cog_dir_conf_t *written);

#endif
