/* Where users reach a virtual host, and where its own URLs live. */
#include <apr_strings.h>
#include <string.h>

#include "httpd/conf/resolve.h"
#include "httpd/conf/values.h"

#define OWN_PATH "/.cognito"

/* Taken, or spoken for by design: no callback may stand there. */
static const char *const own_names[] = {"login", "logout", "signed-out", "session",
                                        "jwks.json"};

/* ServerName scheme://host[:port] says as much as CognitoBaseURL. */
static const char *origin_of_server_name(const cog_resolve_t *host, const char **origin)
{
    apr_pool_t *pool = host->start->pool;
    const server_rec *s = host->s;
    const char *url =
        apr_pstrcat(pool, s->server_scheme, "://", s->server_hostname, NULL);
    const char *problem;

    if (s->port) {
        url = apr_psprintf(pool, "%s:%u", url, (unsigned)s->port);
    }
    problem = cog_value_origin(pool, url, origin);
    return problem ? apr_pstrcat(host->start->scratch, "ServerName: '", url, "' ",
                                 problem, NULL)
                   : NULL;
}

static const char *find_origins(cog_resolve_t *host)
{
    const char *origin;
    const char *problem;
    apr_array_header_t *one = NULL;

    if (host->written->origins) {
        host->conf->origins = host->written->origins;
        return NULL;
    }
    host->is_incomplete = 1;
    if (!host->s->server_scheme || !host->s->server_hostname) {
        return "CognitoBaseURL is missing: write CognitoBaseURL https://app.example.com, "
               "or ServerName with scheme and port, https://app.example.com:443";
    }
    problem = origin_of_server_name(host, &origin);
    if (!problem) {
        host->is_incomplete = 0;
        cog_values_add(host->start->pool, &one, origin);
        host->conf->origins = one;
    }
    return problem;
}

/* Cookies of https and of http differ in name and attributes. */
static const char *check_schemes(const cog_resolve_t *host)
{
    const char *first = APR_ARRAY_IDX(host->conf->origins, 0, const char *);
    size_t len = strcspn(first, ":") + 1;

    for (int i = 1; i < host->conf->origins->nelts; ++i) {
        const char *other = APR_ARRAY_IDX(host->conf->origins, i, const char *);

        if (strncmp(first, other, len) != 0) {
            return apr_psprintf(host->start->scratch,
                                "CognitoBaseURL: '%s' and '%s' differ in their scheme; "
                                "write only https, or a virtual host for each",
                                first, other);
        }
    }
    return NULL;
}

static const char *check_callbacks(const cog_resolve_t *host)
{
    apr_pool_t *scratch = host->start->scratch;

    for (size_t i = 0; i < sizeof(own_names) / sizeof(*own_names); ++i) {
        const char *own = apr_pstrcat(scratch, host->conf->path, "/", own_names[i], NULL);

        if (cog_values_contain(host->conf->callbacks, own)) {
            return apr_pstrcat(scratch, "CognitoCallback: '", own,
                               "' is another URL of the module; write another path",
                               NULL);
        }
    }
    return NULL;
}

static void add_callbacks(const cog_resolve_t *host, const apr_array_header_t *written,
                          apr_array_header_t **callbacks)
{
    for (int i = 0; written && i < written->nelts; ++i) {
        cog_values_add_new(host->start->pool, callbacks,
                           APR_ARRAY_IDX(written, i, const char *));
    }
}

/* Those of the host first: a client that has none of its own takes the first. */
static apr_array_header_t *find_callbacks(const cog_resolve_t *host)
{
    apr_pool_t *pool = host->start->pool;
    const cog_server_conf_t *written = host->written;
    apr_array_header_t *callbacks = NULL;

    add_callbacks(host, written->client.callbacks, &callbacks);
    if (!callbacks) {
        cog_values_add(pool, &callbacks,
                       apr_pstrcat(pool, host->conf->path, "/callback", NULL));
    }
    for (int i = 0; written->clients && i < written->clients->nelts; ++i) {
        const cog_named_client_t *named =
            APR_ARRAY_IDX(written->clients, i, const cog_named_client_t *);

        add_callbacks(host, named->fields.callbacks, &callbacks);
    }
    return callbacks;
}

static void find_paths(cog_resolve_t *host)
{
    apr_pool_t *pool = host->start->pool;
    const cog_server_conf_t *written = host->written;

    host->conf->path = written->path ? written->path : OWN_PATH;
    host->conf->callbacks = find_callbacks(host);
    host->conf->logout_returns = written->logout_returns
                                     ? written->logout_returns
                                     : apr_array_make(pool, 1, sizeof(const char *));
}

const char *cog_resolve_urls(cog_resolve_t *host)
{
    const char *problem = find_origins(host);

    if (!problem) {
        problem = check_schemes(host);
    }
    if (!problem) {
        find_paths(host);
        problem = check_callbacks(host);
    }
    return problem;
}
