#include "httpd/doctor/doctor.h"

#include <apr_strings.h>

#include "doctor/checks.h"
#include "httpd/clock.h"
#include "httpd/conf/section.h"
#include "httpd/doctor/print.h"
#include "httpd/doctor/refusal.h"
#include "net/fetch/fetch_curl.h"

/* clang-format off */
const cog_check_t cog_host_checks[] = {
    {"base-url", "https", cog_check_base_url,
     {"CognitoBaseURL https://app.example.com", NULL, NULL, NULL}},
    {"server-name", "ServerName", cog_check_server_name,
     {"ServerName {host}\n# in this virtual host; or ServerAlias {host}", NULL, NULL, NULL}},
    {"cookies", "cookies", cog_check_cookies,
     {"# CognitoCookie without domain= and samesite=, unless hosts have to share sessions", NULL, NULL, NULL}},
    {"headers", "header limits", cog_check_headers,
     {"LimitRequestFieldSize 16380\n# in the first virtual host of the address", NULL, NULL, NULL}},
    {"trace", "TRACE", cog_check_trace, {"TraceEnable off", NULL, NULL, NULL}},
    {"default-deny", "default deny", cog_check_default_deny,
     {"<Location \"/\">\n    AuthType Cognito\n    Require valid-user\n</Location>\n"
      "# behind it, open what has to be open with Require all granted",
      NULL, NULL, NULL}},
    {"secrets", "keys and secrets", cog_check_keys_kept,
     {"{cure}", NULL, NULL, NULL}},
    {"state", "state directory", cog_check_state,
     {"install -d -m 700 {folder}\n# and ask as the user who starts httpd", NULL, NULL, NULL}},
    {"store", "store", cog_check_store, {"{cure}", NULL, NULL, NULL}},
    {NULL, NULL, NULL, {NULL, NULL, NULL, NULL}},
};
/* clang-format on */

static const char *way_of(apr_pool_t *pool, const cog_fetch_conf_t *calls)
{
    return apr_pstrcat(pool, calls->proxy ? "by the proxy " : "directly",
                       calls->proxy ? calls->proxy->name : "", ", trusting ",
                       calls->ca_file ? calls->ca_file : "the system's certificates",
                       NULL);
}

/* How the user pools of a host are asked. */
typedef struct {
    cog_fetcher_t fetcher;
    const char *words;
} way_t;

static const char *open_proxy(apr_pool_t *pool, const cog_fetch_conf_t *calls,
                              cog_fetcher_t *fetcher)
{
    cog_proxy_t *proxy = apr_pmemdup(pool, calls->proxy, sizeof(*proxy));
    cog_fetch_conf_t told = *calls;
    const char *problem = cog_secret_source_read(pool, &proxy->source, &proxy->password);

    told.proxy = proxy;
    if (!problem && cog_fetch_curl_make(pool, &told, fetcher) != COG_OK) {
        problem = "is of no use: libcurl cannot be made ready";
    }
    return problem;
}

/* A rehearsal has not run programs; now the password of one is needed. */
static way_t find_way(apr_pool_t *pool, const cog_site_t *site)
{
    const cog_proxy_t *proxy = site->calls.proxy;
    way_t way = {site->fetcher, way_of(pool, &site->calls)};
    const char *problem;

    if (!proxy || !proxy->has_password || cog_secret_is_set(proxy->password)) {
        return way;
    }
    problem = open_proxy(pool, &site->calls, &way.fetcher);
    if (problem) {
        way.words = apr_pstrcat(
            pool, way.words, "; the program with the proxy's password ", problem, NULL);
    }
    return way;
}

/* A rehearsal has not run programs; now their secrets are needed. */
static void read_secrets(const cog_client_conf_t *client, cog_probe_t *probe)
{
    for (int i = 0; i < client->secret_count; ++i) {
        cog_known_secret_t *known = &probe->secrets[i];

        known->secret = client->secrets[i];
        if (!cog_secret_is_set(known->secret)) {
            known->problem = cog_secret_source_read(
                probe->pool, &client->secret_sources[i], &known->secret);
        }
    }
}

static void examine_client(cog_report_t *report, const cog_host_t *host,
                           const cog_client_conf_t *client, const way_t *way,
                           apr_hash_t *asked)
{
    cog_probe_t probe = {
        .pool = report->pool,
        .conf = host->site->conf,
        .client = client,
        .provider = cog_provider_conf(client->provider),
        .way = way->words,
        .fetcher = way->fetcher,
        .clock = cog_clock_system(),
        .asked = asked,
    };

    cog_report_open(report, cog_host_name(report->pool, host->s),
                    *client->name ? client->name : "default");
    read_secrets(client, &probe);
    cog_probe_prepare(&probe, report);
    cog_report_run(report, cog_client_checks, &probe);
}

static void examine_host(cog_report_t *report, const cog_tree_t *tree,
                         const cog_host_t *host, apr_hash_t *asked)
{
    cog_host_probe_t probe = {report->pool, tree, host};
    const apr_array_header_t *clients = host->site->clients;
    const way_t way = find_way(report->pool, host->site);

    cog_report_open(report, cog_host_name(report->pool, host->s), NULL);
    cog_report_run(report, cog_host_checks, &probe);
    for (int i = 0; i < clients->nelts; ++i) {
        examine_client(report, host, APR_ARRAY_IDX(clients, i, cog_site_client_t).client,
                       &way, asked);
    }
}

/* All hosts. */
typedef struct {
    const apr_array_header_t *hosts;
} all_t;

/* Else nobody would come here: refusal.c. */
static void say_accepted(cog_report_t *report, void *context)
{
    (void)context;
    cog_report_say(report, COG_FOUND_OK, "httpd accepts it");
}

static void find_site(cog_report_t *report, void *context)
{
    const apr_array_header_t *hosts = ((const all_t *)context)->hosts;
    int count = 0;

    for (int i = 0; i < hosts->nelts; ++i) {
        count += APR_ARRAY_IDX(hosts, i, cog_host_t).site != NULL;
    }
    cog_report_say(report, count ? COG_FOUND_OK : COG_FOUND_FAILED,
                   "in %d of %d virtual hosts and main server", count, hosts->nelts);
}

/* clang-format off */
static const cog_check_t server_checks[] = {
    {"configuration", "configuration", say_accepted, {NULL, NULL, NULL, NULL}},
    {"sites", "sites", find_site,
     {"CognitoUserPool ID\nCognitoClientID ID\nCognitoBaseURL https://HOST", NULL, NULL, NULL}},
    {NULL, NULL, NULL, {NULL, NULL, NULL, NULL}},
};
/* clang-format on */

int cog_doctor_examine(apr_pool_t *pool, const cog_tree_t *tree,
                       const apr_array_header_t *hosts, int is_json)
{
    cog_report_t *report = cog_report_make(pool);
    apr_hash_t *asked = apr_hash_make(pool);
    all_t all = {hosts};

    cog_fetch_global_init(pool);
    cog_report_open(report, "this httpd", NULL);
    cog_report_run(report, server_checks, &all);
    for (int i = 0; i < hosts->nelts; ++i) {
        const cog_host_t *host = &APR_ARRAY_IDX(hosts, i, cog_host_t);

        if (host->site) {
            examine_host(report, tree, host, asked);
        }
    }
    cog_doctor_refusal_forget();
    cog_doctor_print(report, is_json);
    return cog_report_count(report, COG_FOUND_FAILED) == 0;
}
