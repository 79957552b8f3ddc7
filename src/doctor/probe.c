#include "doctor/probe.h"

#include <apr_strings.h>
#include <string.h>

#include "doctor/remedy.h"
#include "oidc/pool.h"

static const char *origin_at(const cog_probe_t *probe, int n)
{
    return APR_ARRAY_IDX(probe->conf->origins, n, const char *);
}

const char *cog_probe_callback(const cog_probe_t *probe, int n)
{
    return apr_pstrcat(probe->pool, origin_at(probe, n), probe->client->callback, NULL);
}

const char *cog_probe_signed_out(const cog_probe_t *probe, int n)
{
    return apr_pstrcat(probe->pool, origin_at(probe, n), probe->conf->path, "/signed-out",
                       NULL);
}

/* Emulators have the id at the end of their issuer as well. */
static void let_pool(const cog_probe_t *probe, cog_report_t *report)
{
    const char *issuer = probe->client->issuer;
    const char *slash = strrchr(issuer, '/');
    cog_user_pool_t user_pool;

    if (slash && !cog_user_pool_parse(probe->pool, slash + 1, &user_pool)) {
        cog_report_let(report, "pool", user_pool.id);
        cog_report_let(report, "region", user_pool.region);
    }
}

/* The AWS CLI would fetch what looks like a URL, but not a list of them in JSON. */
static void let_urls(cog_report_t *report, const char *name, const char *list_name,
                     const apr_array_header_t *urls)
{
    const char *list = cog_remedy_list(report->pool, urls);

    cog_report_let(report, name, cog_remedy_quote(report->pool, list));
    cog_report_let(report, list_name, list);
}

static apr_array_header_t *scopes_of(const cog_probe_t *probe)
{
    apr_array_header_t *scopes = apr_array_make(probe->pool, 4, sizeof(const char *));
    char *last;
    char *text = apr_pstrdup(probe->pool, probe->client->scope);

    for (char *one = apr_strtok(text, " ", &last); one;
         one = apr_strtok(NULL, " ", &last)) {
        APR_ARRAY_PUSH(scopes, const char *) = one;
    }
    return scopes;
}

static void let_words(const cog_probe_t *probe, cog_report_t *report)
{
    int count = probe->conf->origins->nelts;
    const apr_array_header_t *scopes = scopes_of(probe);
    apr_array_header_t *callbacks =
        apr_array_make(probe->pool, count, sizeof(const char *));
    apr_array_header_t *returns =
        apr_array_make(probe->pool, count, sizeof(const char *));

    for (int i = 0; i < count; ++i) {
        APR_ARRAY_PUSH(callbacks, const char *) = cog_probe_callback(probe, i);
        APR_ARRAY_PUSH(returns, const char *) = cog_probe_signed_out(probe, i);
    }
    let_urls(report, "callbacks", "callback_list", callbacks);
    let_urls(report, "returns", "return_list", returns);
    cog_report_let(report, "scopes", cog_remedy_words(report->pool, scopes));
    cog_report_let(report, "scope_list", cog_remedy_list(report->pool, scopes));
    cog_report_let(report, "client", probe->client->client_id);
    let_pool(probe, report);
}

void cog_probe_prepare(cog_probe_t *probe, cog_report_t *report)
{
    probe->reason = cog_reason_make(probe->pool);
    probe->login.kind = COG_LOGIN_UNKNOWN;
    let_words(probe, report);
}

const char *cog_probe_fetch(cog_probe_t *probe, const cog_fetch_request_t *request,
                            cog_fetch_response_t *response)
{
    const cog_fetcher_t *fetcher = &probe->fetcher;

    probe->reason->text = "no answer";
    probe->failure = fetcher->fetch(fetcher->context, probe->pool, &probe->reason->log,
                                    request, response);
    return probe->failure == COG_OK ? NULL : probe->reason->text;
}

/* An answer, or why there is none. */
typedef struct {
    cog_fetch_response_t response;
    const char *problem;
    cog_err_t failure;
} asked_t;

const char *cog_probe_get(cog_probe_t *probe, const char *url,
                          cog_fetch_response_t *response)
{
    const cog_fetch_request_t request = {.url = url, .accept = "application/json"};
    const char *key = apr_psprintf(probe->pool, "%pp %s", probe->fetcher.context, url);
    asked_t *asked = apr_hash_get(probe->asked, key, APR_HASH_KEY_STRING);

    if (!asked) {
        asked = apr_pcalloc(probe->pool, sizeof(*asked));
        asked->problem = cog_probe_fetch(probe, &request, &asked->response);
        asked->failure = probe->failure;
        apr_hash_set(probe->asked, key, APR_HASH_KEY_STRING, asked);
    }
    *response = asked->response;
    probe->failure = asked->failure;
    return asked->problem;
}

int cog_probe_is_busy(int status)
{
    return status == 429 || status >= 500;
}
