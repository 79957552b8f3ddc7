/* Directives about a virtual host. */
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "crypto/keyring.h"
#include "httpd/conf/directives.h"
#include "httpd/conf/values.h"
#include "httpd/page_template.h"

#define LETTERS_DIGITS  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define MAX_COOKIE_NAME 32

cog_server_conf_t *cog_server_of(const cmd_parms *cmd)
{
    cog_server_conf_t *server = cog_conf_of_server(cmd->server);

    server->is_written = 1;
    return server;
}

const char *cog_set_base_url(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    const char *origin = NULL;
    const char *problem = cog_value_origin(cmd->pool, value, &origin);

    (void)dir;
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    cog_values_add_new(cmd->pool, &server->origins, origin);
    COG_WRITTEN_AT(cmd, server, origins);
    return NULL;
}

const char *cog_set_path(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    const char *problem = cog_value_path(value);

    (void)dir;
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    server->path = value;
    COG_WRITTEN_AT(cmd, server, path);
    return NULL;
}

static int may_land_at(apr_pool_t *pool, const char *value)
{
    cog_url_t url;

    if (*value == '/') {
        return cog_url_may_return_to(pool, value);
    }
    return cog_url_parse(pool, value, &url) == COG_OK && cog_url_is_safe(&url);
}

/* An empty list says none, which an outer list cannot be undone with otherwise. */
const char *cog_set_logout_return(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    int is_none = strcasecmp(value, "none") == 0;

    (void)dir;
    if (server->logout_returns && (is_none || server->logout_returns->nelts == 0)) {
        return "CognitoLogoutReturn: none stands beside other values; write one of them";
    }
    COG_WRITTEN_AT(cmd, server, logout_returns);
    if (is_none) {
        server->logout_returns = apr_array_make(cmd->pool, 1, sizeof(const char *));
        return NULL;
    }
    if (!may_land_at(cmd->pool, value)) {
        return cog_refuse(cmd, value,
                          "is no place to land after a sign-out; write a path of this "
                          "site, https://HOST/PATH, or none");
    }
    cog_values_add(cmd->pool, &server->logout_returns, value);
    return NULL;
}

const char *cog_set_secret(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    cog_secret_source_t source;
    const char *problem = cog_parse_source(cmd, value, &source);

    (void)dir;
    if (problem) {
        return problem;
    }
    if (!server->secrets) {
        server->secrets = apr_array_make(cmd->pool, 2, sizeof(source));
    }
    if (server->secrets->nelts >= COG_KEYRING_MAX) {
        return cog_refuse(cmd, value, "is one too many; write at most 8");
    }
    APR_ARRAY_PUSH(server->secrets, cog_secret_source_t) = source;
    COG_WRITTEN_AT(cmd, server, secrets);
    return NULL;
}

static const char *set_cookie_name(const cmd_parms *cmd, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);

    if (!cog_value_consists_of(value, LETTERS_DIGITS "-", MAX_COOKIE_NAME)) {
        return "is not a name; write name= and up to 32 letters, digits or -";
    }
    server->cookie_name = value;
    COG_WRITTEN_AT(cmd, server, cookie_name);
    return NULL;
}

static const char *set_cookie_domain(const cmd_parms *cmd, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);

    server->cookie_domain = value;
    COG_WRITTEN_AT(cmd, server, cookie_domain);
    return *value ? cog_value_cookie_domain(value) : NULL;
}

static const char *set_cookie_samesite(const cmd_parms *cmd, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);

    if (strcasecmp(value, "strict") == 0) {
        return "would keep the cookies away when Cognito sends the user back, so that no "
               "login could end; write samesite=lax";
    }
    if (strcasecmp(value, "lax") != 0 && strcasecmp(value, "none") != 0) {
        return "is not a mode; write samesite=lax or samesite=none";
    }
    server->cookie_samesite = strcasecmp(value, "lax") == 0 ? "Lax" : "None";
    COG_WRITTEN_AT(cmd, server, cookie_samesite);
    return NULL;
}

static const char *set_cookie_path(const cmd_parms *cmd, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);

    server->cookie_path = value;
    COG_WRITTEN_AT(cmd, server, cookie_path);
    return strcmp(value, "/") == 0 ? NULL : cog_value_path(value);
}

static const struct {
    const char *name;
    const char *(*set)(const cmd_parms *cmd, const char *value);
} cookie_options[] = {
    {"name=",     set_cookie_name    },
    {"domain=",   set_cookie_domain  },
    {"samesite=", set_cookie_samesite},
    {"path=",     set_cookie_path    },
};

const char *cog_set_cookie(cmd_parms *cmd, void *dir, const char *value)
{
    const char *problem = "is not an option; write name=, domain=, samesite= or path=";

    (void)dir;
    for (size_t i = 0; i < sizeof(cookie_options) / sizeof(*cookie_options); ++i) {
        const char *option = cookie_options[i].name;

        if (cog_text_begins(value, option)) {
            problem = cookie_options[i].set(cmd, value + strlen(option));
        }
    }
    return problem ? cog_refuse(cmd, value, problem) : NULL;
}

/* It is read here for the line number in a complaint, and once more for its host. */
static const char *check_template(cmd_parms *cmd, const char *path)
{
    const cog_page_template_t *template;
    const char *problem = cog_page_template_read(cmd->temp_pool, path, &template);

    return problem ? apr_pstrcat(cmd->pool, cmd->cmd->name, ": ", problem, NULL) : NULL;
}

const char *cog_set_error_template(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    int is_none = strcasecmp(value, "none") == 0;
    const char *path = is_none ? "" : ap_server_root_relative(cmd->pool, value);
    const char *problem;

    (void)dir;
    if (!path) {
        return cog_refuse(cmd, value, "is not a path; write the path of a page, or none");
    }
    problem = is_none ? NULL : check_template(cmd, path);
    if (problem) {
        return problem;
    }
    server->error_template = path;
    COG_WRITTEN_AT(cmd, server, error_template);
    return NULL;
}

/* An empty list says none, which an outer one cannot be undone with otherwise. */
const char *cog_set_revoke_key(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    apr_array_header_t *keys = apr_array_make(cmd->pool, 1, sizeof(cog_secret_source_t));
    const char *problem = NULL;

    (void)dir;
    if (strcasecmp(value, "none") != 0) {
        problem = cog_parse_source(cmd, value, apr_array_push(keys));
    }
    server->revoke_key = keys;
    COG_WRITTEN_AT(cmd, server, revoke_key);
    return problem;
}

/* It is opened at start, as httpd's own logs are. */
const char *cog_set_audit_log(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);

    (void)dir;
    if (*value == '|' && !value[strspn(value, "|$ ")]) {
        return cog_refuse(cmd, value,
                          "names no file and no program; write logs/audit.log or "
                          "\"|/usr/bin/program\"");
    }
    server->audit_log = strcasecmp(value, "none") == 0 ? "" : value;
    COG_WRITTEN_AT(cmd, server, audit_log);
    return NULL;
}
