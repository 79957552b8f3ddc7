/* The authorize request that a browser would send: what does the hosted UI say to it? */
#include <apr_strings.h>
#include <string.h>

#include "base/query.h"
#include "doctor/checks.h"
#include "doctor/token_answer.h"
#include "oidc/authorize.h"

/* No login answers to these: they only have to look right. */
#define MADE_UP "doctor-0000000000000000000000000000000000000"

static const char *url_of(const cog_patient_t *patient, const char *redirect_uri,
                          const char *scope)
{
    const cog_authorize_t authorize = {
        .endpoint = patient->endpoints.authorize,
        .client_id = patient->client->client_id,
        .redirect_uri = redirect_uri,
        .scope = scope,
        .state = MADE_UP,
        .nonce = MADE_UP,
        .code_verifier = cog_secret_of(MADE_UP),
    };

    return cog_authorize_url(patient->pool, &authorize);
}

static cog_login_answer_t ask_url(cog_patient_t *patient, const char *url,
                                  const char *redirect_uri)
{
    cog_fetch_response_t response;
    const char *problem = cog_patient_get(patient, url, &response);

    if (problem) {
        return (cog_login_answer_t){COG_LOGIN_UNKNOWN, problem};
    }
    return cog_login_answer_read(patient->pool, &response, redirect_uri);
}

static cog_login_answer_t ask(cog_patient_t *patient, const char *redirect_uri,
                              const char *scope)
{
    return ask_url(patient, url_of(patient, redirect_uri, scope), redirect_uri);
}

/* The same without PKCE. */
static cog_login_answer_t ask_plainly(cog_patient_t *patient)
{
    const char *redirect_uri = cog_patient_callback(patient, 0);
    apr_array_header_t *params = cog_query_make(patient->pool);

    cog_query_add(params, "response_type", "code");
    cog_query_add(params, "client_id", patient->client->client_id);
    cog_query_add(params, "redirect_uri", redirect_uri);
    cog_query_add(params, "scope", patient->client->scope);
    cog_query_add(params, "state", MADE_UP);
    return ask_url(patient,
                   cog_query_append(patient->pool, patient->endpoints.authorize, params),
                   redirect_uri);
}

static void say_domain(cog_report_t *report)
{
    cog_report_say(report, COG_FOUND_SKIPPED, "the hosted UI cannot be asked");
}

/* The hosted UI has the same answer for a client that it does not know, and for one
 * without any flow; the token endpoint has not. */
static void ask_token_endpoint(cog_patient_t *patient)
{
    if (cog_token_answer_is_known(cog_token_answer_to_any(patient))) {
        patient->login.kind = COG_LOGIN_FLOW;
    }
}

void cog_check_client(cog_report_t *report, void *context)
{
    cog_patient_t *patient = context;
    const char *id = patient->client->client_id;

    if (!patient->has_endpoints) {
        say_domain(report);
        return;
    }
    patient->login =
        ask(patient, cog_patient_callback(patient, 0), patient->client->scope);
    if (patient->login.kind == COG_LOGIN_NO_CLIENT) {
        ask_token_endpoint(patient);
    }
    switch (patient->login.kind) {
    case COG_LOGIN_NO_CLIENT:
        cog_report_say(
            report, COG_FOUND_FAILED,
            "%s is no app client of this user pool; if it is one, it has %s, and "
            "is not allowed the authorization code grant",
            id, patient->client->secret_count ? "another secret" : "a secret");
        return;
    case COG_LOGIN_UNKNOWN:
        cog_report_say(report, COG_FOUND_WARNING, "the hosted UI answers: %s",
                       patient->login.text);
        return;
    default:
        cog_report_say(report, COG_FOUND_OK, "%s", id);
    }
}

static int is_client_known(const cog_patient_t *patient)
{
    return patient->has_endpoints && patient->login.kind != COG_LOGIN_NO_CLIENT &&
           patient->login.kind != COG_LOGIN_UNKNOWN;
}

static void say_client(cog_report_t *report)
{
    cog_report_say(report, COG_FOUND_SKIPPED, "the app client is not known");
}

void cog_check_flow(cog_report_t *report, void *context)
{
    const cog_patient_t *patient = context;

    if (!is_client_known(patient)) {
        say_client(report);
    }
    else if (patient->login.kind == COG_LOGIN_FLOW) {
        cog_report_say(report, COG_FOUND_FAILED,
                       "%s is not allowed the authorization code grant",
                       patient->client->client_id);
    }
    else {
        cog_report_say(report, COG_FOUND_OK, "authorization code grant");
    }
}

void cog_check_callback(cog_report_t *report, void *context)
{
    cog_patient_t *patient = context;

    if (!is_client_known(patient)) {
        say_client(report);
        return;
    }
    for (int i = 0; i < patient->conf->origins->nelts; ++i) {
        const char *uri = cog_patient_callback(patient, i);
        cog_login_answer_t answer = ask(patient, uri, patient->client->scope);

        if (answer.kind == COG_LOGIN_REDIRECT_MISMATCH) {
            cog_report_say(report, COG_FOUND_FAILED,
                           "%s is not registered at the app client (redirect_mismatch)",
                           uri);
        }
        else if (answer.kind == COG_LOGIN_NO_CLIENT) {
            cog_report_say(report, COG_FOUND_SKIPPED, "the code grant is not allowed");
        }
        else {
            cog_report_say(report, COG_FOUND_OK, "%s", uri);
        }
    }
}

/* Whether scopes and PKCE are taken is only told to who may have the answer. */
static int is_registered(const cog_patient_t *patient)
{
    return is_client_known(patient) &&
           patient->login.kind != COG_LOGIN_REDIRECT_MISMATCH &&
           patient->login.kind != COG_LOGIN_FLOW;
}

static void say_callback(cog_report_t *report, const cog_patient_t *patient)
{
    cog_report_say(report, COG_FOUND_SKIPPED,
                   patient->login.kind == COG_LOGIN_FLOW
                       ? "the code grant is not allowed"
                       : "the callback URL is not registered");
}

static const char *refused_scopes(cog_patient_t *patient)
{
    const char *refused = "";
    char *last;
    char *text = apr_pstrdup(patient->pool, patient->client->scope);

    for (char *one = apr_strtok(text, " ", &last); one;
         one = apr_strtok(NULL, " ", &last)) {
        const char *scope = strcmp(one, "openid") == 0
                                ? one
                                : apr_pstrcat(patient->pool, "openid ", one, NULL);

        if (ask(patient, cog_patient_callback(patient, 0), scope).kind ==
            COG_LOGIN_SCOPE) {
            refused = apr_pstrcat(patient->pool, refused, " ", one, NULL);
        }
    }
    return refused;
}

void cog_check_scopes(cog_report_t *report, void *context)
{
    cog_patient_t *patient = context;

    if (!is_registered(patient)) {
        say_callback(report, patient);
        return;
    }
    if (patient->login.kind == COG_LOGIN_SCOPE) {
        cog_report_say(report, COG_FOUND_FAILED,
                       "the app client is not allowed:%s (invalid_scope)",
                       refused_scopes(patient));
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", patient->client->scope);
}

void cog_check_pkce(cog_report_t *report, void *context)
{
    cog_patient_t *patient = context;

    if (!is_registered(patient)) {
        say_callback(report, patient);
        return;
    }
    if (patient->login.kind != COG_LOGIN_REQUEST) {
        cog_report_say(report, COG_FOUND_OK, "S256");
        return;
    }
    if (ask_plainly(patient).kind == COG_LOGIN_REQUEST) {
        cog_report_say(report, COG_FOUND_WARNING,
                       "the authorize request is refused with and without it (%s)",
                       patient->login.text);
        return;
    }
    cog_report_say(report, COG_FOUND_FAILED,
                   "a request with a code challenge is refused (%s), one without is not",
                   patient->login.text);
}
