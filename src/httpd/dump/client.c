/* App clients, as they are printed. */
#include <apr_strings.h>
#include <string.h>

#include "httpd/conf/secret_words.h"
#include "httpd/conf/section.h"
#include "httpd/dump/dump.h"

/* A client of a virtual host: what was written for it, and what came of that. */
typedef struct {
    const cog_client_conf_t *conf;
    cog_client_fields_t written;
    const ap_directive_t *section;
} client_t;

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

void cog_dump_params(cog_dump_rows_t *rows, const apr_array_header_t *params)
{
    for (int i = 0; params && i < params->nelts; ++i) {
        const cog_login_param_t *param = &APR_ARRAY_IDX(params, i, cog_login_param_t);

        cog_dump_add(rows, "CognitoLoginParam", or_else(param->at->args, param->name),
                     param->at);
    }
}

static void add_if(cog_dump_rows_t *rows, const char *name, const char *value,
                   const ap_directive_t *at)
{
    if (value) {
        cog_dump_add(rows, name, value, at);
    }
}

static void add_user_pool(cog_dump_rows_t *rows, const cog_client_fields_t *written)
{
    add_if(rows, "CognitoUserPool", written->user_pool, written->at.user_pool);
    add_if(rows, "CognitoIssuer", cog_dump_list(rows->pool, written->issuers, NULL),
           written->at.issuers);
    cog_dump_add(rows, "CognitoDomain", or_else(written->domain, "from discovery"),
                 written->at.domain);
    add_if(rows, "CognitoEndpoint authorize", written->endpoint_authorize,
           written->at.endpoint_authorize);
    add_if(rows, "CognitoEndpoint token", written->endpoint_token,
           written->at.endpoint_token);
    add_if(rows, "CognitoEndpoint userinfo", written->endpoint_userinfo,
           written->at.endpoint_userinfo);
    add_if(rows, "CognitoEndpoint revoke", written->endpoint_revoke,
           written->at.endpoint_revoke);
    add_if(rows, "CognitoEndpoint logout", written->endpoint_logout,
           written->at.endpoint_logout);
    add_if(rows, "CognitoEndpoint jwks", written->endpoint_jwks,
           written->at.endpoint_jwks);
}

static void add_app(cog_dump_rows_t *rows, const client_t *client)
{
    const cog_client_fields_t *written = &client->written;
    const cog_client_conf_t *conf = client->conf;

    cog_dump_add(rows, "CognitoClientID", conf->client_id, written->at.client_id);
    cog_dump_add(rows, "CognitoClientSecret",
                 written->client_secrets
                     ? cog_secret_words(rows->pool, written->client_secrets)
                     : "none, a public client",
                 written->at.client_secrets);
    cog_dump_add(rows, "CognitoClientAuth",
                 conf->auth_method == COG_CLIENT_AUTH_POST ? "post" : "basic",
                 written->at.auth_method);
    cog_dump_add(rows, "CognitoScope", conf->scope, written->at.scope);
    cog_dump_add(rows, "CognitoUserInfo", cog_dump_switch(conf->has_userinfo),
                 written->at.has_userinfo);
    if (*conf->name) {
        add_if(rows, "CognitoCallback",
               cog_dump_list(rows->pool, written->callbacks, NULL),
               written->at.callbacks);
    }
    cog_dump_params(rows, written->login_params);
}

static void print_urls(apr_file_t *out, const cog_conf_t *conf,
                       const cog_client_conf_t *client)
{
    for (int i = 0; i < conf->origins->nelts; ++i) {
        const char *origin = APR_ARRAY_IDX(conf->origins, i, const char *);

        apr_file_printf(out,
                        "    register at the app client:\n"
                        "        callback URL  %s%s\n"
                        "        sign-out URL  %s%s/signed-out\n",
                        origin, client->callback, origin, conf->path);
    }
}

static client_t find_client(apr_pool_t *pool, const cog_host_t *host,
                            const cog_client_conf_t *conf)
{
    const cog_server_conf_t *written = host->written;
    client_t client = {conf, written->client, cog_section_of_host(host->s)};

    if (*conf->name) {
        const cog_named_client_t *named = cog_conf_find_client(written, conf->name);

        client.section = named->section;
        cog_conf_merge_client(pool, &written->client, &named->fields, &client.written);
    }
    return client;
}

static void dump_client(apr_pool_t *pool, apr_file_t *out, const cog_host_t *host,
                        const cog_client_conf_t *conf)
{
    client_t client = find_client(pool, host, conf);
    cog_dump_rows_t rows = cog_dump_rows_make(pool, client.section);

    apr_file_printf(out, "  client %s\n", *conf->name ? conf->name : "default");
    add_user_pool(&rows, &client.written);
    add_app(&rows, &client);
    cog_dump_print(&rows, out);
    print_urls(out, host->site->conf, conf);
}

void cog_dump_clients(apr_pool_t *pool, apr_file_t *out, const cog_host_t *host)
{
    const apr_array_header_t *clients = host->site->clients;

    for (int i = 0; i < clients->nelts; ++i) {
        dump_client(pool, out, host, APR_ARRAY_IDX(clients, i, cog_site_client_t).client);
    }
}
