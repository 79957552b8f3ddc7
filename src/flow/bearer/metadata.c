/* What programs are told that want a token for a place: where to get one. */
#include "flow/bearer/metadata.h"

#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "flow/handlers.h"
#include "flow/provider/provider.h"

#define WELL_KNOWN "/.well-known/"
#define RESOURCE   WELL_KNOWN "oauth-protected-resource"
#define SERVER     WELL_KNOWN "oauth-authorization-server"

static const char *skip_origin(const char *url)
{
    const char *authority = strstr(url, "://");

    return authority + strlen("://") + strcspn(authority + strlen("://"), "/");
}

/* Its path without a slash at the end. */
static cog_span_t path_of(const char *resource)
{
    cog_span_t path = cog_span_of(skip_origin(resource));

    path.len -= path.len > 0 && path.bytes[path.len - 1] == '/';
    return path;
}

/* RFC 9728, 3.1 */
static int is_metadata_of(const char *resource, const char *path)
{
    cog_span_t own = path_of(resource);

    return strncmp(path, RESOURCE, strlen(RESOURCE)) == 0 &&
           strlen(path) == strlen(RESOURCE) + own.len &&
           strncmp(path + strlen(RESOURCE), (const char *)own.bytes, own.len) == 0;
}

const char *cog_metadata_url(apr_pool_t *pool, const char *resource)
{
    cog_span_t path = path_of(resource);
    size_t origin_len = (size_t)(skip_origin(resource) - resource);

    return apr_pstrcat(pool, apr_pstrmemdup(pool, resource, origin_len), RESOURCE,
                       apr_pstrmemdup(pool, (const char *)path.bytes, path.len), NULL);
}

static const char *find_resource(const cog_conf_t *conf, const char *path)
{
    for (int i = 0; i < conf->resources->nelts; ++i) {
        const char *resource = APR_ARRAY_IDX(conf->resources, i, const char *);

        if (is_metadata_of(resource, path)) {
            return resource;
        }
    }
    return NULL;
}

int cog_flow_is_resource_metadata(const cog_conf_t *conf, const char *path)
{
    return find_resource(conf, path) != NULL;
}

/* What stands behind a client's issuer, as its authorization server is called here. */
static const char *issuer_path(apr_pool_t *pool, const cog_conf_t *conf,
                               const cog_client_conf_t *client)
{
    return client == cog_conf_first_client(conf)
               ? ""
               : apr_pstrcat(pool, conf->path, "/", client->name, NULL);
}

/* The client whose metadata are asked for (RFC 8414, 3.1); NULL when there is none. */
static const cog_client_conf_t *find_client(const cog_conf_t *conf, const char *path)
{
    size_t len = strlen(conf->path);
    const cog_client_conf_t *client;

    if (strncmp(path, SERVER, strlen(SERVER)) != 0) {
        return NULL;
    }
    path += strlen(SERVER);
    if (!*path) {
        return cog_conf_first_client(conf);
    }
    if (strncmp(path, conf->path, len) != 0 || path[len] != '/' || !path[len + 1]) {
        return NULL;
    }
    client = cog_conf_client(conf, path + len + 1);
    return client == cog_conf_first_client(conf) ? NULL : client;
}

int cog_flow_is_server_metadata(const cog_conf_t *conf, const char *path)
{
    return conf->resources->nelts > 0 && find_client(conf, path) != NULL;
}

static json_t *words(apr_pool_t *pool, const char *text)
{
    json_t *list = json_array();
    char *rest;

    for (char *word = apr_strtok(apr_pstrdup(pool, text), " ", &rest); word;
         word = apr_strtok(NULL, " ", &rest)) {
        json_array_append_new(list, json_string(word));
    }
    return list;
}

static const char *issuer_of(const cog_flow_t *flow, const cog_client_conf_t *client)
{
    return apr_pstrcat(flow->pool, cog_flow_origin(flow),
                       issuer_path(flow->pool, flow->conf, client), NULL);
}

static const cog_client_conf_t *client_at(const cog_request_t *request,
                                          const char *resource)
{
    const char *path = skip_origin(resource);

    return request->place_of(request, *path ? path : "/")->client;
}

cog_err_t cog_flow_resource_metadata(cog_flow_t *flow, cog_reply_t *reply)
{
    const cog_request_t *request = flow->request;
    const char *resource = find_resource(flow->conf, request->path);
    const cog_client_conf_t *client = resource ? client_at(request, resource) : NULL;
    json_t *object;

    COG_TRY(cog_reply_open_to_all(flow, reply));
    COG_REQUIRE(client, COG_E_MISCONFIGURED);
    object = json_pack("{s:s, s:[s], s:[s], s:o}", "resource", resource,
                       "authorization_servers", issuer_of(flow, client),
                       "bearer_methods_supported", "header", "scopes_supported",
                       words(flow->pool, client->scope));
    cog_reply_json(flow->pool, reply, 200, cog_json_own(flow->pool, object));
    return COG_OK;
}

static void set(json_t *object, const char *name, const char *url)
{
    if (url) {
        json_object_set_new(object, name, json_string(url));
    }
}

/* User pools say nothing about PKCE and grants, without which clients give up. */
static json_t *describe(const cog_flow_t *flow, const cog_client_conf_t *client,
                        const cog_endpoints_t *endpoints)
{
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:[s], s:[s], s:[s,s,s], s:[s], s:[s,s,s], s:o}", "issuer",
        issuer_of(flow, client), "authorization_endpoint", endpoints->authorize,
        "token_endpoint", endpoints->token, "jwks_uri", endpoints->jwks,
        "response_types_supported", "code", "response_modes_supported", "query",
        "grant_types_supported", "authorization_code", "refresh_token",
        "client_credentials", "code_challenge_methods_supported", "S256",
        "token_endpoint_auth_methods_supported", "none", "client_secret_basic",
        "client_secret_post", "scopes_supported", words(flow->pool, client->scope));

    set(object, "revocation_endpoint", endpoints->revoke);
    set(object, "userinfo_endpoint", endpoints->userinfo);
    return cog_json_own(flow->pool, object);
}

cog_err_t cog_flow_server_metadata(cog_flow_t *flow, cog_reply_t *reply)
{
    const cog_client_conf_t *client = find_client(flow->conf, flow->request->path);
    cog_endpoints_t endpoints;

    COG_REQUIRE(client, COG_E_INTERNAL);
    COG_TRY(cog_reply_open_to_all(flow, reply));
    COG_TRY(cog_provider_endpoints(flow, client->provider, &endpoints));
    cog_reply_json(flow->pool, reply, 200, describe(flow, client, &endpoints));
    return COG_OK;
}
