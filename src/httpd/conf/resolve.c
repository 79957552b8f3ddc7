#include "httpd/conf/resolve.h"

#include <apr_strings.h>

#include "httpd/audit.h"
#include "httpd/page_template.h"
#include "httpd/start/stores.h"
#include "session/cookie_chunks.h"

#define DEFAULT_CONNECT apr_time_from_sec(2)
#define DEFAULT_TOTAL   apr_time_from_sec(5)

#define MIN_ROOM 3900
#define MAX_ROOM (COG_COOKIE_MAX_CHUNKS * COG_COOKIE_CHUNK - 1)

static int names_a_client(const cog_server_conf_t *written)
{
    return written->clients || written->client.client_id || written->client.user_pool ||
           written->client.issuers;
}

static int cookie_room(const server_rec *s)
{
    int room = s->limit_req_fieldsize - COG_OTHER_COOKIES;

    if (room < MIN_ROOM) {
        return MIN_ROOM;
    }
    return room < MAX_ROOM ? room : MAX_ROOM;
}

/* "" switches an outer setting back. */
static const char *or_none(const char *text)
{
    return text && *text ? text : NULL;
}

static const char *read_proxy(cog_resolve_t *host, const cog_proxy_t *written,
                              const cog_proxy_t **result)
{
    cog_proxy_t *proxy;

    if (!written || !written->url) {
        return NULL;
    }
    proxy = apr_pmemdup(host->start->pool, written, sizeof(*written));
    *result = proxy;
    return proxy->has_password ? cog_start_secret(host->start, "CognitoProxy",
                                                  &proxy->source, &proxy->password)
                               : NULL;
}

static const char *make_fetcher(cog_resolve_t *host)
{
    const cog_server_conf_t *written = host->written;
    cog_fetch_conf_t *calls = &host->site->calls;
    const char *problem = read_proxy(host, written->proxy, &calls->proxy);

    calls->ca_file = or_none(written->ca_file);
    calls->connect_limit = DEFAULT_CONNECT;
    calls->total_limit = DEFAULT_TOTAL;
    if (written->total_limit != COG_UNSET) {
        calls->connect_limit = written->connect_limit;
        calls->total_limit = written->total_limit;
    }
    return problem ? problem
                   : cog_start_fetcher(host->start, calls, &host->site->fetcher);
}

static const char *make_keyring(cog_resolve_t *host)
{
    return cog_start_keyring(host->start, host->written->secrets, &host->conf->keyring);
}

static const char *make_store(cog_resolve_t *host)
{
    cog_store_value_t *store = &host->site->store_value;
    const char *problem;

    *store = host->written->store ? *host->written->store : cog_store_value_default();
    store->ca_file = store->ca_file ? or_none(store->ca_file) : host->site->calls.ca_file;
    host->conf->is_store_shared = cog_store_value_is_shared(store);
    host->conf->store_name = store->name;
    problem = cog_start_store(host->start, store, &host->site->made_store);
    if (!problem) {
        host->site->store = host->site->made_store->metered;
        host->site->meter = host->start->meter;
    }
    return problem;
}

static const char *open_documents(cog_resolve_t *host)
{
    return cog_start_documents(host->start, &host->site->documents);
}

static const char *make_audit_log(cog_resolve_t *host)
{
    return cog_start_audit_log(host->start, host->written->audit_log,
                               &host->site->audit_log);
}

static const char *make_token_caches(cog_resolve_t *host)
{
    cog_start_t *start = host->start;
    const char *problem = cog_start_token_cache(start, &start->token_cache);

    if (!problem) {
        problem = cog_start_token_cache(start, &start->assertions);
    }
    host->conf->token_cache = start->token_cache;
    host->conf->assertions = start->assertions;
    return problem;
}

static const char *make_signing_keys(cog_resolve_t *host)
{
    return cog_start_signing_keys(host->start, host->written->assertion_keys,
                                  host->conf->keyring, &host->conf->signing_keys);
}

static const char *make_page(cog_resolve_t *host)
{
    const char *problem = cog_page_template_read(
        host->start->pool, or_none(host->written->error_template), &host->site->page);

    return problem ? apr_pstrcat(host->start->scratch, "CognitoErrorTemplate: ", problem,
                                 NULL)
                   : NULL;
}

static const char *run_steps(cog_resolve_t *host)
{
    static const char *(*const steps[])(cog_resolve_t * host) = {
        cog_resolve_urls,  cog_resolve_cookies,   cog_resolve_clients,
        make_keyring,      make_fetcher,          make_store,
        open_documents,    cog_resolve_sessions,  make_token_caches,
        make_signing_keys, cog_resolve_resources, make_page,
        make_audit_log,
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); ++i) {
        const char *problem = steps[i](host);

        if (problem) {
            return problem;
        }
    }
    cog_resolve_kept_claims(host);
    cog_resolve_backends(host);
    return NULL;
}

void cog_resolve_host(cog_start_t *start, const cog_tree_t *tree, server_rec *s,
                      cog_host_t *result)
{
    cog_resolve_t host = {
        .start = start, .tree = tree, .s = s, .written = cog_conf_of_server(s)};

    *result = (cog_host_t){.s = s, .written = host.written};
    if (!names_a_client(host.written)) {
        return;
    }
    host.conf = apr_pcalloc(start->pool, sizeof(*host.conf));
    host.conf->cookie_room = cookie_room(s);
    host.site = apr_pcalloc(start->pool, sizeof(*host.site));
    host.site->conf = host.conf;
    result->problem = run_steps(&host);
    result->is_incomplete = host.is_incomplete;
    result->site = result->problem ? NULL : host.site;
}
