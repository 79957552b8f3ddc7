/* What the administrator wrote, mergeable, much of it unset. What the code reads at
 * request time is in site.h and place.h. */
#ifndef COG_HTTPD_CONF_H
#define COG_HTTPD_CONF_H

#include <httpd.h>
#include <http_config.h>
#include <ap_expr.h>
#include <ap_regex.h>

#include "httpd/conf/store_value.h"
#include "httpd/conf_fields.h"
#include "net/fetch/fetch_curl.h"

#define COG_UNSET (-1)

typedef struct {
    const char *claim;
    const ap_regex_t *pattern; /* NULL: the value is taken as it is */
    const char *substitute;    /* with $0 to $9 */
} cog_user_claim_t;

typedef struct {
    const char *name;
    const ap_expr_info_t *value; /* NULL, or an empty result: left out */
    const ap_directive_t *at;
} cog_login_param_t;

typedef struct {
    const char *header;
    const char *claim; /* NULL: REMOTE_USER */
    const ap_directive_t *at;
} cog_named_header_t;

/* clang-format off */
#define COG_FIELD_STR(name)  const char *name;
#define COG_FIELD_INT(name)  int name;
#define COG_FIELD_TIME(name) apr_interval_time_t name;
#define COG_FIELD_LIST(name) apr_array_header_t *name;
#define COG_FIELD_STORE(name) const cog_store_value_t *name;
#define COG_FIELD_PROXY(name) const cog_proxy_t *name;
#define COG_FIELD_AT(name)    const ap_directive_t *name;
/* clang-format on */

typedef struct {
    COG_POOL_FIELDS(COG_FIELD_STR, COG_FIELD_LIST)
    COG_APP_FIELDS(COG_FIELD_STR, COG_FIELD_LIST)
    COG_LOGIN_FIELDS(COG_FIELD_STR, COG_FIELD_INT, COG_FIELD_LIST, COG_FIELD_LIST)
    struct {
        COG_POOL_FIELDS(COG_FIELD_AT, COG_FIELD_AT)
        COG_APP_FIELDS(COG_FIELD_AT, COG_FIELD_AT)
        COG_LOGIN_FIELDS(COG_FIELD_AT, COG_FIELD_AT, COG_FIELD_AT, COG_FIELD_AT)
    } at; /* the directive that set a field; NULL: none did */
} cog_client_fields_t;

typedef struct {
    const char *name;
    cog_client_fields_t fields;
    const ap_directive_t *section; /* the last <CognitoClient> of the name */
} cog_named_client_t;

typedef struct cog_server_conf_t {
    COG_SERVER_FIELDS(COG_FIELD_STR, COG_FIELD_INT, COG_FIELD_TIME, COG_FIELD_LIST,
                      COG_FIELD_LIST, COG_FIELD_STORE, COG_FIELD_PROXY)
    struct {
        COG_SERVER_FIELDS(COG_FIELD_AT, COG_FIELD_AT, COG_FIELD_AT, COG_FIELD_AT,
                          COG_FIELD_AT, COG_FIELD_AT, COG_FIELD_AT)
    } at;
    cog_client_fields_t client;  /* the default client */
    apr_array_header_t *clients; /* `cog_named_client_t *`: <CognitoClient> */
    /* not inherited */
    int is_written;                /* some of it stands in this very host */
    cog_named_client_t *open;      /* the <CognitoClient> that is being read */
    const struct cog_site_t *site; /* set at start; NULL: nothing to do here */
} cog_server_conf_t;

/* CognitoExport: none is 0, both is both. */
#define COG_EXPORT_ENV     1
#define COG_EXPORT_HEADERS 2

/* CognitoTokens */
#define COG_TOKENS_ID        1
#define COG_TOKENS_ACCESS    2
#define COG_TOKENS_AS_BEARER 4
#define COG_TOKENS_BY_NAME   8 /* CognitoBackend alone says it: in headers only */

/* CognitoAssertion, when nothing else is written */
#define COG_ASSERTION_HEADER  "X-Cognito-Assertion"
#define COG_ASSERTION_TTL_SEC 300

typedef struct {
    COG_DIR_FIELDS(COG_FIELD_STR, COG_FIELD_INT, COG_FIELD_TIME, COG_FIELD_LIST,
                   COG_FIELD_LIST)
    struct {
        COG_DIR_FIELDS(COG_FIELD_AT, COG_FIELD_AT, COG_FIELD_AT, COG_FIELD_AT,
                       COG_FIELD_AT)
    } at;
    /* not inherited */
    const ap_directive_t *section; /* <Location> and the like, once something of ours
                                    * stands in it; NULL: outside of all */
} cog_dir_conf_t;

extern const command_rec cog_directives[];

/* Note that this directive is where `field` of a configuration comes from. */
#define COG_WRITTEN_AT(cmd, conf, field) ((conf)->at.field = (cmd)->directive)

/* For the module record. */
void *cog_conf_create_server(apr_pool_t *pool, server_rec *s);
void *cog_conf_merge_server(apr_pool_t *pool, void *outer, void *inner);
void *cog_conf_create_dir(apr_pool_t *pool, char *path);
void *cog_conf_merge_dir(apr_pool_t *pool, void *outer, void *inner);

cog_server_conf_t *cog_conf_of_server(const server_rec *s);
void cog_conf_set_server(server_rec *s, cog_server_conf_t *conf);

/* While the configuration is read, httpd makes that of a virtual host at the first
 * directive of ours in it: for directives of others, it is made here. */
cog_server_conf_t *cog_conf_at_server(apr_pool_t *pool, server_rec *s);

cog_dir_conf_t *cog_conf_of_dir(const ap_conf_vector_t *per_dir);

/* What a <CognitoClient> amounts to: its own fields over those of the default client. */
void cog_conf_merge_client(apr_pool_t *pool, const cog_client_fields_t *outer,
                           const cog_client_fields_t *inner, cog_client_fields_t *merged);

/* The named client of this virtual host, NULL when there is none. */
cog_named_client_t *cog_conf_find_client(const cog_server_conf_t *server,
                                         const char *name);

/* Append one with nothing set. */
cog_named_client_t *cog_conf_add_client(apr_pool_t *pool, cog_server_conf_t *server,
                                        const char *name);

/* CognitoLoginParam: the inner ones, and those outer ones that they do not replace. */
apr_array_header_t *cog_conf_merge_params(apr_pool_t *pool, apr_array_header_t *outer,
                                          apr_array_header_t *inner);

#endif
