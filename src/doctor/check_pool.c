/* The user pool: is it there, is it the one that is meant, are its keys good? */
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/jwk_set.h"
#include "doctor/checks.h"
#include "oidc/token_rules.h"

#define LOG_LIMIT     200
#define DOCUMENT_MAX  (1024 * 1024)
#define SKEW_FINE_SEC 10

/* Where all that a login needs is configured, no discovery is made. */
static int needs_discovery(const cog_probe_t *probe)
{
    const cog_endpoints_t *configured = &probe->provider->endpoints;

    return !configured->authorize || !configured->token || !configured->logout;
}

/* Where the keys have an address of their own as well, httpd never asks the issuer. */
static int is_issuer_asked(const cog_probe_t *probe)
{
    return needs_discovery(probe) || !probe->provider->endpoints.jwks;
}

static const char *jwks_url(const cog_probe_t *probe)
{
    const char *configured = probe->provider->endpoints.jwks;

    if (configured) {
        return configured;
    }
    return probe->has_endpoints && probe->endpoints.jwks
               ? probe->endpoints.jwks
               : cog_discovery_jwks_url(probe->pool, probe->client->issuer);
}

static const char *first_url(const cog_probe_t *probe)
{
    return needs_discovery(probe) ? probe->provider->discovery_url : jwks_url(probe);
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
    cog_probe_t *probe = context;
    cog_fetch_response_t response;
    const char *problem = cog_probe_get(probe, first_url(probe), &response);

    probe->is_reached = !problem;
    cog_report_let(report, "way", cure_of(probe->failure));
    if (problem) {
        cog_report_say(report, COG_FOUND_FAILED, "%s; asked %s", problem, probe->way);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", probe->way);
}

static void say_unreached(cog_report_t *report)
{
    cog_report_say(report, COG_FOUND_SKIPPED, "the user pool cannot be asked");
}

void cog_check_pool(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;
    cog_fetch_response_t response;

    if (!probe->is_reached) {
        say_unreached(report);
        return;
    }
    (void)cog_probe_get(probe, first_url(probe), &response);
    if (response.status == 200) {
        cog_report_say(report, COG_FOUND_OK, "%s", probe->client->issuer);
        return;
    }
    if (cog_probe_is_busy(response.status)) {
        cog_report_say(report, COG_FOUND_WARNING, "%s answers %d", first_url(probe),
                       response.status);
        return;
    }
    probe->is_reached = 0;
    cog_report_say(report, COG_FOUND_FAILED, "%s answers %d: there is no such user pool",
                   first_url(probe), response.status);
}

/* What the document says of itself; NULL: there is none. */
static const char *issuer_in(cog_probe_t *probe, const char *url,
                             cog_fetch_response_t *response)
{
    json_t *document;

    if (cog_probe_get(probe, url, response) || response->status != 200 ||
        cog_json_parse(probe->pool, response->body, DOCUMENT_MAX, &document) != COG_OK) {
        return NULL;
    }
    return cog_json_string(document, "issuer");
}

void cog_check_issuer(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;
    cog_fetch_response_t response;
    const char *issuer;

    if (!probe->is_reached) {
        say_unreached(report);
        return;
    }
    if (!is_issuer_asked(probe)) {
        cog_report_say(report, COG_FOUND_SKIPPED,
                       "not asked, as all endpoints are configured; tokens must name %s",
                       probe->client->issuer);
        return;
    }
    issuer = issuer_in(probe, probe->provider->discovery_url, &response);
    if (!issuer) {
        cog_report_say(report,
                       needs_discovery(probe) ? COG_FOUND_FAILED : COG_FOUND_SKIPPED,
                       "%s is no discovery document", probe->provider->discovery_url);
        return;
    }
    cog_report_let(report, "issuer", cog_text_for_log(probe->pool, issuer, LOG_LIMIT));
    if (strcmp(issuer, probe->client->issuer) != 0) {
        cog_report_say(
            report, COG_FOUND_FAILED, "the user pool calls itself %s, configured is %s",
            cog_text_for_log(probe->pool, issuer, LOG_LIMIT), probe->client->issuer);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", issuer);
}

static void know_endpoints(cog_probe_t *probe, const cog_endpoints_t *discovered)
{
    probe->endpoints = probe->provider->endpoints;
    cog_endpoints_add(discovered, &probe->endpoints);
    probe->has_endpoints = 1;
}

/* NULL, or why nothing is known of the hosted UI. */
static const char *find_endpoints(cog_probe_t *probe)
{
    cog_endpoints_t discovered = {.authorize = NULL};
    cog_fetch_response_t response;
    const char *reason = NULL;

    if (needs_discovery(probe)) {
        if (cog_probe_get(probe, probe->provider->discovery_url, &response) ||
            response.status != 200) {
            return "discovery does not answer";
        }
        (void)cog_discovery_parse(probe->pool, response.body, probe->client->issuer,
                                  &discovered, &reason);
    }
    if (!reason) {
        know_endpoints(probe, &discovered);
    }
    return reason;
}

/* Hosts that know no such domain, and load balancers in front of nothing. */
static cog_found_t judge_domain(int status)
{
    if (status == 403 || status == 404) {
        return COG_FOUND_FAILED;
    }
    return cog_probe_is_busy(status) ? COG_FOUND_WARNING : COG_FOUND_OK;
}

void cog_check_domain(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;
    cog_fetch_response_t response;
    const char *reason;
    cog_found_t found;

    if (!probe->is_reached && needs_discovery(probe)) {
        say_unreached(report);
        return;
    }
    reason = find_endpoints(probe);
    if (!reason) {
        reason = cog_probe_get(probe, probe->endpoints.authorize, &response);
    }
    if (reason) {
        probe->has_endpoints = 0;
        cog_report_say(report, COG_FOUND_FAILED, "%s", reason);
        return;
    }
    found = judge_domain(response.status);
    probe->has_endpoints = found != COG_FOUND_FAILED;
    cog_report_say(report, found, "%s answers %d", probe->endpoints.authorize,
                   response.status);
}

void cog_check_keys(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;
    const char *url = jwks_url(probe);
    cog_fetch_response_t response;
    const char *problem;
    cog_jwk_set_t *set;

    if (!probe->is_reached) {
        say_unreached(report);
        return;
    }
    problem = cog_probe_get(probe, url, &response);
    if (!problem && response.status != 200) {
        problem = apr_psprintf(probe->pool, "%s answers %d", url, response.status);
    }
    if (!problem && cog_jwk_set_parse(probe->pool, response.body, &set) != COG_OK) {
        problem = apr_psprintf(probe->pool, "%s holds no key that may be used", url);
    }
    if (problem) {
        cog_report_say(report, COG_FOUND_FAILED, "%s", problem);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%d keys at %s", cog_jwk_set_count(set), url);
}

void cog_check_clock(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;
    cog_fetch_response_t response;
    apr_int64_t skew;

    if (!probe->is_reached) {
        say_unreached(report);
        return;
    }
    (void)cog_probe_get(probe, first_url(probe), &response);
    if (!response.date) {
        cog_report_say(report, COG_FOUND_SKIPPED, "the answer has no Date");
        return;
    }
    skew = apr_time_sec(response.date) -
           apr_time_sec(probe->clock.now(probe->clock.context));
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
