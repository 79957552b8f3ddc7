#include "doctor/patient.h"

#include <apr_strings.h>
#include <string.h>

#include "doctor/remedy.h"
#include "oidc/pool.h"

static const char *origin_at(const cog_patient_t *patient, int n)
{
    return APR_ARRAY_IDX(patient->conf->origins, n, const char *);
}

const char *cog_patient_callback(const cog_patient_t *patient, int n)
{
    return apr_pstrcat(patient->pool, origin_at(patient, n), patient->client->callback,
                       NULL);
}

const char *cog_patient_signed_out(const cog_patient_t *patient, int n)
{
    return apr_pstrcat(patient->pool, origin_at(patient, n), patient->conf->path,
                       "/signed-out", NULL);
}

/* Emulators have the id at the end of their issuer as well. */
static void let_pool(const cog_patient_t *patient, cog_report_t *report)
{
    const char *issuer = patient->client->issuer;
    const char *slash = strrchr(issuer, '/');
    cog_user_pool_t user_pool;

    if (slash && !cog_user_pool_parse(patient->pool, slash + 1, &user_pool)) {
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

static apr_array_header_t *scopes_of(const cog_patient_t *patient)
{
    apr_array_header_t *scopes = apr_array_make(patient->pool, 4, sizeof(const char *));
    char *last;
    char *text = apr_pstrdup(patient->pool, patient->client->scope);

    for (char *one = apr_strtok(text, " ", &last); one;
         one = apr_strtok(NULL, " ", &last)) {
        APR_ARRAY_PUSH(scopes, const char *) = one;
    }
    return scopes;
}

static void let_words(const cog_patient_t *patient, cog_report_t *report)
{
    int count = patient->conf->origins->nelts;
    const apr_array_header_t *scopes = scopes_of(patient);
    apr_array_header_t *callbacks =
        apr_array_make(patient->pool, count, sizeof(const char *));
    apr_array_header_t *returns =
        apr_array_make(patient->pool, count, sizeof(const char *));

    for (int i = 0; i < count; ++i) {
        APR_ARRAY_PUSH(callbacks, const char *) = cog_patient_callback(patient, i);
        APR_ARRAY_PUSH(returns, const char *) = cog_patient_signed_out(patient, i);
    }
    let_urls(report, "callbacks", "callback_list", callbacks);
    let_urls(report, "returns", "return_list", returns);
    cog_report_let(report, "scopes", cog_remedy_words(report->pool, scopes));
    cog_report_let(report, "scope_list", cog_remedy_list(report->pool, scopes));
    cog_report_let(report, "client", patient->client->client_id);
    let_pool(patient, report);
}

void cog_patient_prepare(cog_patient_t *patient, cog_report_t *report)
{
    patient->reason = cog_reason_make(patient->pool);
    patient->login.kind = COG_LOGIN_UNKNOWN;
    let_words(patient, report);
}

const char *cog_patient_fetch(cog_patient_t *patient, const cog_fetch_request_t *request,
                              cog_fetch_response_t *response)
{
    const cog_fetcher_t *fetcher = &patient->fetcher;

    patient->reason->text = "no answer";
    patient->failure = fetcher->fetch(fetcher->context, patient->pool,
                                      &patient->reason->log, request, response);
    return patient->failure == COG_OK ? NULL : patient->reason->text;
}

/* An answer, or why there is none. */
typedef struct {
    cog_fetch_response_t response;
    const char *problem;
    cog_err_t failure;
} asked_t;

const char *cog_patient_get(cog_patient_t *patient, const char *url,
                            cog_fetch_response_t *response)
{
    const cog_fetch_request_t request = {.url = url, .accept = "application/json"};
    const char *key =
        apr_psprintf(patient->pool, "%pp %s", patient->fetcher.context, url);
    asked_t *asked = apr_hash_get(patient->asked, key, APR_HASH_KEY_STRING);

    if (!asked) {
        asked = apr_pcalloc(patient->pool, sizeof(*asked));
        asked->problem = cog_patient_fetch(patient, &request, &asked->response);
        asked->failure = patient->failure;
        apr_hash_set(patient->asked, key, APR_HASH_KEY_STRING, asked);
    }
    *response = asked->response;
    patient->failure = asked->failure;
    return asked->problem;
}

int cog_patient_is_busy(int status)
{
    return status == 429 || status >= 500;
}
