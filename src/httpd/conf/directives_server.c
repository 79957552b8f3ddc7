/* Directives about a virtual host. */
#include <apr_strings.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "crypto/ca_file.h"
#include "crypto/keyring.h"
#include "httpd/conf/directives.h"
#include "httpd/conf/proxy_value.h"
#include "httpd/conf/store_value.h"
#include "httpd/conf/values.h"
#include "httpd/page_template.h"

#define LETTERS_DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

#define MAX_COOKIE_NAME 32
#define MAX_CALL_SEC    60

static cog_server_conf_t *server_of(const cmd_parms *cmd)
{
    cog_server_conf_t *server = cog_conf_of_server(cmd->server);

    server->is_written = 1;
    return server;
}

const char *cog_set_base_url(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = server_of(cmd);
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
    cog_server_conf_t *server = server_of(cmd);
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
    cog_server_conf_t *server = server_of(cmd);
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
    cog_server_conf_t *server = server_of(cmd);
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

/* `path` is absolute; "" are the system's. */
static const char *parse_ca_file(cmd_parms *cmd, const char *text, const char **path)
{
    const char *problem;

    *path = "";
    if (strcasecmp(text, "system") == 0) {
        return NULL;
    }
    *path = ap_server_root_relative(cmd->pool, text);
    problem = *path ? cog_ca_file_check(cmd->temp_pool, *path) : "is not a path";
    return problem ? apr_pstrcat(cmd->temp_pool, problem,
                                 "; write the path of a PEM file, or system", NULL)
                   : NULL;
}

static const char *set_store_ca(cmd_parms *cmd, const char *option,
                                cog_store_value_t *store)
{
    const char *problem = parse_ca_file(cmd, option + strlen("ca="), &store->ca_file);

    return problem ? cog_refuse(cmd, option, problem) : NULL;
}

static const char *set_store_cert(cmd_parms *cmd, const char *option,
                                  cog_store_value_t *store)
{
    store->has_certificate = 1;
    return cog_parse_source(cmd, option + strlen("cert="), &store->certificate);
}

static const struct {
    const char *name;
    const char *(*set)(cmd_parms *cmd, const char *option, cog_store_value_t *store);
} store_options[] = {
    {"ca=",   set_store_ca  },
    {"cert=", set_store_cert},
};

static const char *set_store_option(cmd_parms *cmd, const char *option,
                                    cog_store_value_t *store)
{
    for (size_t i = 0; i < sizeof(store_options) / sizeof(*store_options); ++i) {
        if (store->has_tls && cog_text_begins(option, store_options[i].name)) {
            return store_options[i].set(cmd, option, store);
        }
    }
    return cog_refuse(cmd, option,
                      "may not stand here; write only the store, or rediss://HOST "
                      "ca=PATH cert=SOURCE");
}

/* A value that may hold a password. */
static const char *refuse_unseen(const cmd_parms *cmd, const char *problem)
{
    return apr_pstrcat(cmd->pool, cmd->cmd->name, ": the value, not shown here, ",
                       problem, NULL);
}

const char *cog_set_store(cmd_parms *cmd, void *dir, const char *value,
                          const char *option, const char *other_option)
{
    cog_server_conf_t *server = server_of(cmd);
    int may_show;
    cog_store_value_t *store = apr_palloc(cmd->pool, sizeof(*store));
    const char *problem = cog_store_value_parse(cmd->pool, value, store, &may_show);

    (void)dir;
    if (problem) {
        return may_show ? cog_refuse(cmd, value, problem) : refuse_unseen(cmd, problem);
    }
    problem = option ? set_store_option(cmd, option, store) : NULL;
    if (!problem && other_option) {
        problem = set_store_option(cmd, other_option, store);
    }
    if (!problem) {
        server->store = store;
        COG_WRITTEN_AT(cmd, server, store);
    }
    return problem;
}

static const char *set_cookie_name(const cmd_parms *cmd, const char *value)
{
    cog_server_conf_t *server = server_of(cmd);

    if (!cog_value_consists_of(value, LETTERS_DIGITS "-", MAX_COOKIE_NAME)) {
        return "is not a name; write name= and up to 32 letters, digits or -";
    }
    server->cookie_name = value;
    COG_WRITTEN_AT(cmd, server, cookie_name);
    return NULL;
}

static const char *set_cookie_domain(const cmd_parms *cmd, const char *value)
{
    cog_server_conf_t *server = server_of(cmd);

    server->cookie_domain = value;
    COG_WRITTEN_AT(cmd, server, cookie_domain);
    return *value ? cog_value_cookie_domain(value) : NULL;
}

static const char *set_cookie_samesite(const cmd_parms *cmd, const char *value)
{
    cog_server_conf_t *server = server_of(cmd);

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
    cog_server_conf_t *server = server_of(cmd);

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

const char *cog_set_proxy(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = server_of(cmd);
    int may_show;
    cog_proxy_t *proxy = apr_palloc(cmd->pool, sizeof(*proxy));
    const char *problem = cog_proxy_value_parse(cmd->pool, value, proxy, &may_show);

    (void)dir;
    if (problem) {
        return may_show ? cog_refuse(cmd, value, problem) : refuse_unseen(cmd, problem);
    }
    server->proxy = proxy;
    COG_WRITTEN_AT(cmd, server, proxy);
    return NULL;
}

const char *cog_set_ca_file(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = server_of(cmd);
    const char *path;
    const char *problem = parse_ca_file(cmd, value, &path);

    (void)dir;
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    server->ca_file = path;
    COG_WRITTEN_AT(cmd, server, ca_file);
    return NULL;
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
    cog_server_conf_t *server = server_of(cmd);
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

static const char *parse_limit(const char *value, apr_interval_time_t *limit)
{
    int64_t seconds;
    const char *problem = cog_duration_parse(value, &seconds);

    if (problem) {
        return problem;
    }
    if (seconds > MAX_CALL_SEC) {
        return "is longer than 60s, for which no browser waits; write 2s 5s";
    }
    *limit = apr_time_from_sec(seconds);
    return NULL;
}

const char *cog_set_timeout(cmd_parms *cmd, void *dir, const char *connect,
                            const char *total)
{
    cog_server_conf_t *server = server_of(cmd);
    const char *problem = parse_limit(connect, &server->connect_limit);

    (void)dir;
    if (problem) {
        return cog_refuse(cmd, connect, problem);
    }
    COG_WRITTEN_AT(cmd, server, connect_limit);
    COG_WRITTEN_AT(cmd, server, total_limit);
    problem = parse_limit(total, &server->total_limit);
    if (!problem && server->total_limit < server->connect_limit) {
        problem = "is shorter than the time for connecting; write 2s 5s";
    }
    return problem ? cog_refuse(cmd, total, problem) : NULL;
}
