/* App clients and their user pools. */
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "httpd/conf/resolve.h"
#include "httpd/conf/values.h"
#include "oidc/pool.h"

#define DEFAULT_SCOPE "openid email profile"

/* A client that is being resolved. */
typedef struct {
    cog_resolve_t *host;
    const char *name; /* "" for the default one */
    cog_client_fields_t written;
    cog_client_conf_t *conf;
    apr_array_header_t *http_urls; /* those without TLS, for a warning */
} client_t;

static apr_pool_t *pool_of(const client_t *client)
{
    return client->host->start->pool;
}

/* Where a named client comes from, in front of a problem. */
static const char *about(const client_t *client, const char *problem)
{
    if (!problem || !*client->name) {
        return problem;
    }
    return apr_psprintf(client->host->start->scratch, "<CognitoClient \"%s\">: %s",
                        client->name, problem);
}

/* Those of CognitoIssuer come first, for discovery asks the first. */
static apr_array_header_t *issuers_of(const client_t *client,
                                      const cog_user_pool_t *user_pool)
{
    apr_array_header_t *issuers = NULL;
    const apr_array_header_t *written = client->written.issuers;

    for (int i = 0; written && i < written->nelts; ++i) {
        cog_values_add_new(pool_of(client), &issuers,
                           cog_discovery_issuer(pool_of(client),
                                                APR_ARRAY_IDX(written, i, const char *)));
    }
    if (user_pool) {
        cog_values_add_new(pool_of(client), &issuers, user_pool->issuer);
        cog_values_add_new(pool_of(client), &issuers, user_pool->updated_issuer);
    }
    return issuers;
}

static const char *discovery_of(const client_t *client, const char *first_issuer)
{
    const apr_array_header_t *written = client->written.issuers;
    const char *first = written ? APR_ARRAY_IDX(written, 0, const char *) : first_issuer;

    return strcmp(first, first_issuer) == 0
               ? cog_discovery_url(pool_of(client), first_issuer)
               : first;
}

static const char *find_endpoints(const client_t *client,
                                  const cog_user_pool_t *user_pool,
                                  cog_endpoints_t *endpoints)
{
    const cog_client_fields_t *written = &client->written;
    const char *problem;
    const char *url;

    *endpoints = (cog_endpoints_t){
        .authorize = written->endpoint_authorize,
        .token = written->endpoint_token,
        .userinfo = written->endpoint_userinfo,
        .revoke = written->endpoint_revoke,
        .logout = written->endpoint_logout,
        .jwks = written->endpoint_jwks,
    };
    if (!written->domain) {
        return NULL;
    }
    problem = cog_user_pool_domain(pool_of(client), user_pool, written->domain, &url);
    if (problem) {
        return apr_psprintf(client->host->start->scratch, "CognitoDomain: '%s' %s",
                            written->domain, problem);
    }
    cog_endpoints_add_domain(pool_of(client), url, endpoints);
    return NULL;
}

static void note_http(client_t *client, const char *url)
{
    if (url && cog_text_begins(url, "http:")) {
        cog_values_add_new(pool_of(client), &client->http_urls, url);
    }
}

static void note_http_urls(client_t *client, const cog_provider_conf_t *conf)
{
    const cog_endpoints_t *e = &conf->endpoints;
    const char *const urls[] = {e->authorize, e->token,  e->userinfo,
                                e->revoke,    e->logout, e->jwks};

    for (int i = 0; i < conf->issuers->nelts; ++i) {
        note_http(client, APR_ARRAY_IDX(conf->issuers, i, const char *));
    }
    for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); ++i) {
        note_http(client, urls[i]);
    }
}

static const char *find_provider(client_t *client)
{
    const char *id = client->written.user_pool;
    cog_user_pool_t parsed;
    const cog_user_pool_t *user_pool = NULL;
    apr_array_header_t *issuers;
    cog_provider_conf_t conf;
    const char *problem;

    if (id && !cog_user_pool_parse(pool_of(client), id, &parsed)) {
        user_pool = &parsed;
    }
    issuers = issuers_of(client, user_pool);
    if (!issuers) {
        client->host->is_incomplete = 1;
        return "the user pool is missing: write CognitoUserPool eu-west-1_AbC123dEf, or "
               "CognitoIssuer URL";
    }
    conf.issuers = issuers;
    client->conf->issuer = APR_ARRAY_IDX(issuers, 0, const char *);
    conf.discovery_url = discovery_of(client, client->conf->issuer);
    problem = find_endpoints(client, user_pool, &conf.endpoints);
    if (problem) {
        return problem;
    }
    note_http_urls(client, &conf);
    return cog_start_provider(client->host->start, &conf, &client->conf->provider);
}

static const char *read_secrets(client_t *client)
{
    const apr_array_header_t *sources = client->written.client_secrets;
    int count = sources ? sources->nelts : 0;

    for (int i = 0; i < count; ++i) {
        const cog_secret_source_t *source =
            &APR_ARRAY_IDX(sources, i, cog_secret_source_t);
        const char *problem = cog_start_secret(client->host->start, "CognitoClientSecret",
                                               source, &client->conf->secrets[i]);

        if (problem) {
            return problem;
        }
        client->conf->secret_sources[i] = *source;
    }
    client->conf->secret_count = count;
    return NULL;
}

static const char *cookie_name(const client_t *client, const char *kind)
{
    return apr_pstrcat(pool_of(client), client->host->conf->cookies.prefix, kind,
                       *client->name ? "_" : "", client->name, NULL);
}

/* Sites of one domain= share their cookies, all others do not. */
static const char *site_of(const cog_resolve_t *host)
{
    const char *domain = host->written->cookie_domain;

    return domain && *domain ? domain
                             : APR_ARRAY_IDX(host->conf->origins, 0, const char *);
}

static const char *callback_of(const client_t *client)
{
    const apr_array_header_t *own = client->written.callbacks;

    return APR_ARRAY_IDX(own ? own : client->host->conf->callbacks, 0, const char *);
}

static void fill_in(client_t *client)
{
    const cog_client_fields_t *written = &client->written;
    cog_client_conf_t *conf = client->conf;
    cog_binding_t binding;

    conf->name = client->name;
    conf->client_id = written->client_id;
    conf->auth_method = written->auth_method == COG_UNSET
                            ? COG_CLIENT_AUTH_BASIC
                            : (cog_client_auth_t)written->auth_method;
    conf->scope = written->scope ? written->scope : DEFAULT_SCOPE;
    conf->has_userinfo = written->has_userinfo == 1;
    conf->bound_to =
        apr_pstrcat(pool_of(client), conf->client_id, " ", site_of(client->host), NULL);
    conf->callback = callback_of(client);
    conf->session_cookie = cookie_name(client, "session");
    conf->tokens_cookie = cookie_name(client, "tokens");
    binding = cog_client_session_binding(conf);
    conf->session_bound = cog_binding_fix(pool_of(client), &binding);
}

static const char *resolve_client(cog_resolve_t *host, const char *name,
                                  const cog_client_fields_t *written,
                                  const cog_client_conf_t **conf)
{
    client_t client = {host, name, *written, NULL, NULL};
    const char *problem = NULL;

    client.conf = apr_pcalloc(host->start->pool, sizeof(*client.conf));
    *conf = client.conf;
    if (!written->client_id) {
        host->is_incomplete = 1;
        problem = "CognitoClientID is missing: write the id of the app client";
    }
    if (!problem) {
        problem = find_provider(&client);
    }
    if (!problem) {
        problem = read_secrets(&client);
    }
    if (!problem) {
        fill_in(&client);
        APR_ARRAY_PUSH(host->site->clients, cog_site_client_t) =
            (cog_site_client_t){client.conf, written->login_params, client.http_urls};
    }
    return about(&client, problem);
}

static const char *resolve_named(cog_resolve_t *host, apr_array_header_t *clients)
{
    const apr_array_header_t *written = host->written->clients;

    for (int i = 0; written && i < written->nelts; ++i) {
        const cog_named_client_t *named =
            APR_ARRAY_IDX(written, i, const cog_named_client_t *);
        const cog_client_conf_t *conf = NULL;
        cog_client_fields_t fields;
        const char *problem;

        cog_conf_merge_client(host->start->pool, &host->written->client, &named->fields,
                              &fields);
        problem = resolve_client(host, named->name, &fields, &conf);
        if (problem) {
            return problem;
        }
        APR_ARRAY_PUSH(clients, const cog_client_conf_t *) = conf;
    }
    return NULL;
}

/* Without an id the default client is no more than what the named ones inherit. */
const char *cog_resolve_clients(cog_resolve_t *host)
{
    const cog_server_conf_t *written = host->written;
    apr_pool_t *pool = host->start->pool;
    apr_array_header_t *clients =
        apr_array_make(pool, 2, sizeof(const cog_client_conf_t *));
    const char *problem = NULL;

    host->site->clients = apr_array_make(pool, 2, sizeof(cog_site_client_t));
    if (written->client.client_id || !written->clients) {
        problem = resolve_client(host, "", &written->client, &host->conf->default_client);
    }
    if (!problem) {
        problem = resolve_named(host, clients);
    }
    host->conf->clients = clients;
    return problem;
}
