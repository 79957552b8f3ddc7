/* Directives about a user pool and an app client of it. */
#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#include "flow/conf.h"
#include "httpd/conf/directives.h"
#include "httpd/conf/values.h"
#include "oidc/endpoints.h"
#include "oidc/pool.h"
#include "oidc/token.h"

#define MAX_ISSUERS 8
#define MAX_SCOPES  50

cog_client_fields_t *cog_client_of(const cmd_parms *cmd)
{
    cog_server_conf_t *server = cog_server_of(cmd);

    return server->open ? &server->open->fields : &server->client;
}

const char *cog_set_user_pool(cmd_parms *cmd, void *dir, const char *value)
{
    cog_client_fields_t *client = cog_client_of(cmd);
    cog_user_pool_t user_pool;
    const char *problem = cog_user_pool_parse(cmd->pool, value, &user_pool);

    (void)dir;
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    client->user_pool = value;
    COG_WRITTEN_AT(cmd, client, user_pool);
    return NULL;
}

const char *cog_set_issuer(cmd_parms *cmd, void *dir, const char *value)
{
    cog_client_fields_t *client = cog_client_of(cmd);
    const char *problem = cog_value_url(cmd->pool, value);

    (void)dir;
    if (!problem && value[strlen(value) - 1] == '/') {
        problem = "ends with /; write the issuer exactly as tokens hold it in iss";
    }
    if (!problem && client->issuers && client->issuers->nelts >= MAX_ISSUERS) {
        problem = "is one too many; write at most 8";
    }
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    cog_values_add(cmd->pool, &client->issuers, value);
    COG_WRITTEN_AT(cmd, client, issuers);
    return NULL;
}

/* Whether a prefix has a user pool beside it is known at the end only. */
const char *cog_set_domain(cmd_parms *cmd, void *dir, const char *value)
{
    cog_client_fields_t *client = cog_client_of(cmd);
    cog_user_pool_t any_pool = {.region = "eu-west-1", .dns_suffix = "amazonaws.com"};
    const char *url;
    const char *problem = cog_user_pool_domain(cmd->pool, &any_pool, value, &url);

    (void)dir;
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    client->domain = value;
    COG_WRITTEN_AT(cmd, client, domain);
    return NULL;
}

/* One kind of endpoint: its URL, and where it is written. */
typedef struct {
    const char *kind; /* NULL ends the list */
    const char **url;
    const ap_directive_t **at;
} endpoint_t;

#define ENDPOINT(kind)                                                                   \
    {                                                                                    \
#kind, &client->endpoint_##kind, &client->at.endpoint_##kind                     \
    }

static endpoint_t endpoint_of(cog_client_fields_t *client, const char *kind)
{
    const endpoint_t endpoints[] = {
        ENDPOINT(authorize), ENDPOINT(token), ENDPOINT(userinfo), ENDPOINT(revoke),
        ENDPOINT(logout),    ENDPOINT(jwks),  {NULL, NULL, NULL},
    };
    const endpoint_t *endpoint = endpoints;

    while (endpoint->kind && strcmp(kind, endpoint->kind) != 0) {
        ++endpoint;
    }
    return *endpoint;
}

const char *cog_set_endpoint(cmd_parms *cmd, void *dir, const char *kind,
                             const char *value)
{
    endpoint_t endpoint = endpoint_of(cog_client_of(cmd), kind);
    const char *problem = cog_value_url(cmd->pool, value);

    (void)dir;
    if (!endpoint.kind) {
        return cog_refuse(cmd, kind,
                          "is not an endpoint; write authorize, token, userinfo, revoke, "
                          "logout or jwks");
    }
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    *endpoint.url = value;
    *endpoint.at = cmd->directive;
    return NULL;
}

const char *cog_set_callback(cmd_parms *cmd, void *dir, const char *value)
{
    cog_client_fields_t *client = cog_client_of(cmd);
    const char *problem = strstr(value, "://")
                              ? "is a URL; write only its path, such as /oauth2/callback"
                              : cog_value_path(value);

    (void)dir;
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    cog_values_add_new(cmd->pool, &client->callbacks, value);
    COG_WRITTEN_AT(cmd, client, callbacks);
    return NULL;
}

const char *cog_set_client_id(cmd_parms *cmd, void *dir, const char *value)
{
    cog_client_fields_t *client = cog_client_of(cmd);
    const char *problem = cog_value_client_id(value);

    (void)dir;
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    client->client_id = value;
    COG_WRITTEN_AT(cmd, client, client_id);
    return NULL;
}

const char *cog_set_client_secret(cmd_parms *cmd, void *dir, const char *first,
                                  const char *second)
{
    cog_client_fields_t *client = cog_client_of(cmd);
    const char *values[COG_MAX_SECRETS] = {first, second};
    apr_array_header_t *sources =
        apr_array_make(cmd->pool, COG_MAX_SECRETS, sizeof(cog_secret_source_t));

    (void)dir;
    for (int i = 0; i < COG_MAX_SECRETS && values[i]; ++i) {
        const char *problem = cog_parse_source(cmd, values[i], apr_array_push(sources));

        if (problem) {
            return problem;
        }
    }
    client->client_secrets = sources;
    COG_WRITTEN_AT(cmd, client, client_secrets);
    return NULL;
}

const char *cog_set_client_auth(cmd_parms *cmd, void *dir, const char *value)
{
    cog_client_fields_t *client = cog_client_of(cmd);

    (void)dir;
    if (strcasecmp(value, "basic") == 0) {
        client->auth_method = COG_CLIENT_AUTH_BASIC;
    }
    else if (strcasecmp(value, "post") == 0) {
        client->auth_method = COG_CLIENT_AUTH_POST;
    }
    else {
        return cog_refuse(cmd, value,
                          "is not a way to send a client secret; write basic or post");
    }
    COG_WRITTEN_AT(cmd, client, auth_method);
    return NULL;
}

/* It could be the name of one scope, but is none of openid's. */
static const char *refuse_without_openid(const cmd_parms *cmd,
                                         const apr_array_header_t *scopes)
{
    for (int i = 0; scopes && i < scopes->nelts; ++i) {
        const char *scope = APR_ARRAY_IDX(scopes, i, const char *);

        if (strchr(scope, ',')) {
            return cog_refuse(cmd, scope,
                              "has a comma; write openid email profile, with a space "
                              "between them");
        }
    }
    return "CognitoScope: openid is missing, without which there is no ID token; "
           "write openid email profile";
}

const char *cog_set_scope(cmd_parms *cmd, void *dir, int count, char *const values[])
{
    cog_client_fields_t *client = cog_client_of(cmd);
    apr_array_header_t *scopes = NULL;

    (void)dir;
    for (int i = 0; i < count; ++i) {
        const char *problem = i < MAX_SCOPES ? cog_value_scope(values[i])
                                             : "is one too many; write at most 50";

        if (problem) {
            return cog_refuse(cmd, values[i], problem);
        }
        cog_values_add(cmd->pool, &scopes, values[i]);
    }
    if (!cog_values_contain(scopes, "openid")) {
        return refuse_without_openid(cmd, scopes);
    }
    client->scope = apr_array_pstrcat(cmd->pool, scopes, ' ');
    COG_WRITTEN_AT(cmd, client, scope);
    return NULL;
}

const char *cog_set_userinfo(cmd_parms *cmd, void *dir, const char *value)
{
    cog_client_fields_t *client = cog_client_of(cmd);
    const char *problem = cog_value_switch(value, &client->has_userinfo);

    (void)dir;
    COG_WRITTEN_AT(cmd, client, has_userinfo);
    return problem ? cog_refuse(cmd, value, problem) : NULL;
}
