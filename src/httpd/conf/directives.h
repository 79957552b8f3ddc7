/* Handlers of directives: they parse one value and store it, nothing more. All return
 * NULL, or a message that httpd prints behind file and line. */
#ifndef COG_HTTPD_CONF_DIRECTIVES_H
#define COG_HTTPD_CONF_DIRECTIVES_H

#include <httpd.h>
#include <http_config.h>

#include "base/secret_source.h"
#include "httpd/conf.h"

/* In the table: this directive may stand in a <CognitoClient>. */
#define COG_IN_CLIENT ((void *)1)

/* "CognitoPath: 'x' is not …": `what` is the rest of the sentence. */
const char *cog_refuse(const cmd_parms *cmd, const char *value, const char *what);

/* Parse `file:`, `env:` or `exec:`, the path made absolute. The message does not show the
 * value, for it may be the secret itself. */
const char *cog_parse_source(const cmd_parms *cmd, const char *value,
                             cog_secret_source_t *source);

/* Parse an expression whose result is text. NULL for NULL. In .htaccess it may not read
 * files and the like. */
const char *cog_parse_expression(cmd_parms *cmd, const char *value,
                                 const ap_expr_info_t **expression);

/* Is the directive in a .htaccess file, which is read at request time? */
int cog_is_htaccess(cmd_parms *cmd);

/* The client that a directive is about: that of the <CognitoClient> around it, else the
 * default one of the virtual host. */
cog_client_fields_t *cog_client_of(const cmd_parms *cmd);

/* The virtual host that a directive is about, known from now on to have a setting of its
 * own. */
cog_server_conf_t *cog_server_of(const cmd_parms *cmd);

/* The place that a directive is about, known from now on to its virtual host. */
cog_dir_conf_t *cog_dir_of(cmd_parms *cmd, void *dir);

typedef const char *cog_set_one_t(cmd_parms *cmd, void *dir, const char *value);
typedef const char *cog_set_two_t(cmd_parms *cmd, void *dir, const char *first,
                                  const char *second);
typedef const char *cog_set_three_t(cmd_parms *cmd, void *dir, const char *first,
                                    const char *second, const char *third);
typedef const char *cog_set_all_t(cmd_parms *cmd, void *dir, int count,
                                  char *const values[]);

/* directives_client.c */
cog_set_one_t cog_set_user_pool, cog_set_issuer, cog_set_domain, cog_set_client_id,
    cog_set_client_auth, cog_set_callback, cog_set_userinfo;
cog_set_two_t cog_set_endpoint, cog_set_client_secret;
cog_set_all_t cog_set_scope;

/* client_section.c */
cog_set_one_t cog_open_client;

/* directives_server.c */
cog_set_one_t cog_set_base_url, cog_set_path, cog_set_logout_return, cog_set_secret,
    cog_set_cookie, cog_set_error_template, cog_set_revoke_key, cog_set_audit_log;

/* directives_network.c */
cog_set_one_t cog_set_proxy, cog_set_ca_file;
cog_set_two_t cog_set_timeout;
cog_set_three_t cog_set_store;

/* directives_session.c */
cog_set_one_t cog_set_session, cog_set_refresh, cog_set_grace;

/* directives_place.c */
cog_set_one_t cog_set_use, cog_set_unauthenticated;
cog_set_two_t cog_set_login_param, cog_set_session_timeout, cog_set_preserve_post;
cog_set_all_t cog_set_remote_user;

/* directives_header.c */
cog_set_two_t cog_set_header;

/* directives_export.c */
cog_set_one_t cog_set_claims, cog_set_groups;
cog_set_two_t cog_set_backend, cog_set_export;
cog_set_all_t cog_set_tokens;

/* directives_assertion.c */
cog_set_one_t cog_set_assertion_key;
cog_set_all_t cog_set_assertion;

/* directives_bearer.c */
cog_set_one_t cog_set_resource;
cog_set_all_t cog_set_accept, cog_set_bearer_client, cog_set_bearer_token_use;

#endif
