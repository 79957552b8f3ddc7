/* Directives about whom the module calls, and how: the user pool, and the store. */
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "crypto/ca_file.h"
#include "httpd/conf/directives.h"
#include "httpd/conf/proxy_value.h"
#include "httpd/conf/store_value.h"
#include "httpd/conf/values.h"

#define MAX_CALL_SEC 60

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
    cog_server_conf_t *server = cog_server_of(cmd);
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

const char *cog_set_proxy(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
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
    cog_server_conf_t *server = cog_server_of(cmd);
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

static const char *parse_limit(const char *value, apr_interval_time_t *limit)
{
    return cog_value_duration(
        value, MAX_CALL_SEC,
        "is longer than 60s, for which no browser waits; write 2s 5s", limit);
}

const char *cog_set_timeout(cmd_parms *cmd, void *dir, const char *connect,
                            const char *total)
{
    cog_server_conf_t *server = cog_server_of(cmd);
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
