/* The user pool: is it there, is it the one that is meant, are its keys good? */
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/jwk_set.h"
#include "doctor/checks.h"
#include "flow/login/redeem.h"

#define LOG_LIMIT     200
#define DOCUMENT_MAX  (1024 * 1024)
#define SKEW_FINE_SEC 10

/* Where all that a login needs is configured, no discovery is made. */
static int needs_discovery(const cog_patient_t *patient)
{
    const cog_endpoints_t *configured = &patient->provider->endpoints;

    return !configured->authorize || !configured->token || !configured->logout;
}

/* Where the keys have an address of their own as well, httpd never asks the issuer. */
static int is_issuer_asked(const cog_patient_t *patient)
{
    return needs_discovery(patient) || !patient->provider->endpoints.jwks;
}

static const char *jwks_url(const cog_patient_t *patient)
{
    const char *configured = patient->provider->endpoints.jwks;

    if (configured) {
        return configured;
    }
    return patient->has_endpoints && patient->endpoints.jwks
               ? patient->endpoints.jwks
               : cog_discovery_jwks_url(patient->pool, patient->client->issuer);
}

static const char *first_url(const cog_patient_t *patient)
{
    return needs_discovery(patient) ? patient->provider->discovery_url
                                    : jwks_url(patient);
}

/* What mends the way to the user pool. */
static const char *cure_of(cog_err_t failure)
{
    if (failure == COG_E_PROXY_AUTH) {
        return "CognitoProxy http://USER:file:PATH@HOST:PORT\n"
               "# USER as the proxy knows this host, and a file with the password alone\n"
               "curl -sS -o /dev/null -x http://HOST:PORT -U USER "
               "https://aws.amazon.com/\n"
               "# asks for the password, and shows whether the proxy takes it";
    }
    return "CognitoProxy http://HOST:PORT\n# where calls go by a proxy\n"
           "CognitoCAFile PATH\n# where it, or an emulator, has a CA of its own";
}

void cog_check_reach(cog_report_t *report, void *context)
{
    cog_patient_t *patient = context;
    cog_fetch_response_t response;
    const char *problem = cog_patient_get(patient, first_url(patient), &response);

    patient->is_reached = !problem;
    cog_report_let(report, "way", cure_of(patient->failure));
    if (problem) {
        cog_report_say(report, COG_FOUND_FAILED, "%s; asked %s", problem, patient->way);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", patient->way);
}

static void say_unreached(cog_report_t *report)
{
    cog_report_say(report, COG_FOUND_SKIPPED, "the user pool cannot be asked");
}

void cog_check_pool(cog_report_t *report, void *context)
{
    cog_patient_t *patient = context;
    cog_fetch_response_t response;

    if (!patient->is_reached) {
        say_unreached(report);
        return;
    }
    (void)cog_patient_get(patient, first_url(patient), &response);
    if (response.status == 200) {
        cog_report_say(report, COG_FOUND_OK, "%s", patient->client->issuer);
        return;
    }
    if (cog_patient_is_busy(response.status)) {
        cog_report_say(report, COG_FOUND_WARNING, "%s answers %d", first_url(patient),
                       response.status);
        return;
    }
    patient->is_reached = 0;
    cog_report_say(report, COG_FOUND_FAILED, "%s answers %d: there is no such user pool",
                   first_url(patient), response.status);
}

/* What the document says of itself; NULL: there is none. */
static const char *issuer_in(cog_patient_t *patient, const char *url,
                             cog_fetch_response_t *response)
{
    json_t *document;

    if (cog_patient_get(patient, url, response) || response->status != 200 ||
        cog_json_parse(patient->pool, response->body, DOCUMENT_MAX, &document) !=
            COG_OK) {
        return NULL;
    }
    return cog_json_string(document, "issuer");
}

void cog_check_issuer(cog_report_t *report, void *context)
{
    cog_patient_t *patient = context;
    cog_fetch_response_t response;
    const char *issuer;

    if (!patient->is_reached) {
        say_unreached(report);
        return;
    }
    if (!is_issuer_asked(patient)) {
        cog_report_say(report, COG_FOUND_SKIPPED,
                       "not asked, as all endpoints are configured; tokens must name %s",
                       patient->client->issuer);
        return;
    }
    issuer = issuer_in(patient, patient->provider->discovery_url, &response);
    if (!issuer) {
        cog_report_say(report,
                       needs_discovery(patient) ? COG_FOUND_FAILED : COG_FOUND_SKIPPED,
                       "%s is no discovery document", patient->provider->discovery_url);
        return;
    }
    cog_report_let(report, "issuer", cog_text_for_log(patient->pool, issuer, LOG_LIMIT));
    if (strcmp(issuer, patient->client->issuer) != 0) {
        cog_report_say(
            report, COG_FOUND_FAILED, "the user pool calls itself %s, configured is %s",
            cog_text_for_log(patient->pool, issuer, LOG_LIMIT), patient->client->issuer);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", issuer);
}

static void know_endpoints(cog_patient_t *patient, const cog_endpoints_t *discovered)
{
    patient->endpoints = patient->provider->endpoints;
    cog_endpoints_add(discovered, &patient->endpoints);
    patient->has_endpoints = 1;
}

/* NULL, or why nothing is known of the hosted UI. */
static const char *find_endpoints(cog_patient_t *patient)
{
    cog_endpoints_t discovered = {.authorize = NULL};
    cog_fetch_response_t response;
    const char *reason = NULL;

    if (needs_discovery(patient)) {
        if (cog_patient_get(patient, patient->provider->discovery_url, &response) ||
            response.status != 200) {
            return "discovery does not answer";
        }
        (void)cog_discovery_parse(patient->pool, response.body, patient->client->issuer,
                                  &discovered, &reason);
    }
    if (!reason) {
        know_endpoints(patient, &discovered);
    }
    return reason;
}

/* Hosts that know no such domain, and load balancers in front of nothing. */
static cog_found_t judge_domain(int status)
{
    if (status == 403 || status == 404) {
        return COG_FOUND_FAILED;
    }
    return cog_patient_is_busy(status) ? COG_FOUND_WARNING : COG_FOUND_OK;
}

void cog_check_domain(cog_report_t *report, void *context)
{
    cog_patient_t *patient = context;
    cog_fetch_response_t response;
    const char *reason;
    cog_found_t found;

    if (!patient->is_reached && needs_discovery(patient)) {
        say_unreached(report);
        return;
    }
    reason = find_endpoints(patient);
    if (!reason) {
        reason = cog_patient_get(patient, patient->endpoints.authorize, &response);
    }
    if (reason) {
        patient->has_endpoints = 0;
        cog_report_say(report, COG_FOUND_FAILED, "%s", reason);
        return;
    }
    found = judge_domain(response.status);
    patient->has_endpoints = found != COG_FOUND_FAILED;
    cog_report_say(report, found, "%s answers %d", patient->endpoints.authorize,
                   response.status);
}

void cog_check_keys(cog_report_t *report, void *context)
{
    cog_patient_t *patient = context;
    const char *url = jwks_url(patient);
    cog_fetch_response_t response;
    const char *problem;
    cog_jwk_set_t *set;

    if (!patient->is_reached) {
        say_unreached(report);
        return;
    }
    problem = cog_patient_get(patient, url, &response);
    if (!problem && response.status != 200) {
        problem = apr_psprintf(patient->pool, "%s answers %d", url, response.status);
    }
    if (!problem && cog_jwk_set_parse(patient->pool, response.body, &set) != COG_OK) {
        problem = apr_psprintf(patient->pool, "%s holds no key that may be used", url);
    }
    if (problem) {
        cog_report_say(report, COG_FOUND_FAILED, "%s", problem);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%d keys at %s", cog_jwk_set_count(set), url);
}

void cog_check_clock(cog_report_t *report, void *context)
{
    cog_patient_t *patient = context;
    cog_fetch_response_t response;
    apr_int64_t skew;

    if (!patient->is_reached) {
        say_unreached(report);
        return;
    }
    (void)cog_patient_get(patient, first_url(patient), &response);
    if (!response.date) {
        cog_report_say(report, COG_FOUND_SKIPPED, "the answer has no Date");
        return;
    }
    skew = apr_time_sec(response.date) -
           apr_time_sec(patient->clock.now(patient->clock.context));
    if (llabs(skew) <= SKEW_FINE_SEC) {
        cog_report_say(report, COG_FOUND_OK,
                       "no more than %d s apart from that of the user pool",
                       SKEW_FINE_SEC);
        return;
    }
    cog_report_say(
        report, llabs(skew) < COG_CLOCK_LEEWAY_SEC ? COG_FOUND_WARNING : COG_FOUND_FAILED,
        "this clock is %" APR_INT64_T_FMT " s %s that of the user pool",
        (apr_int64_t)llabs(skew), skew < 0 ? "ahead of" : "behind");
}
