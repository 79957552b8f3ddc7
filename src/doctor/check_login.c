/* The authorize request that a browser would send: what does the hosted UI say to it? */
#include <apr_strings.h>
#include <string.h>

#include "base/query.h"
#include "doctor/checks.h"
#include "doctor/token_answer.h"
#include "oidc/authorize.h"

/* No login answers to these: they only have to look right. */
#define MADE_UP "doctor-0000000000000000000000000000000000000"

static const char *url_of(const cog_probe_t *probe, const char *redirect_uri,
                          const char *scope)
{
    const cog_authorize_t authorize = {
        .endpoint = probe->endpoints.authorize,
        .client_id = probe->client->client_id,
        .redirect_uri = redirect_uri,
        .scope = scope,
        .state = MADE_UP,
        .nonce = MADE_UP,
        .code_verifier = cog_secret_of(MADE_UP),
    };

    return cog_authorize_url(probe->pool, &authorize);
}

static cog_login_answer_t ask_url(cog_probe_t *probe, const char *url,
                                  const char *redirect_uri)
{
    cog_fetch_response_t response;
    const char *problem = cog_probe_get(probe, url, &response);

    if (problem) {
        return (cog_login_answer_t){COG_LOGIN_UNKNOWN, problem};
    }
    return cog_login_answer_read(probe->pool, &response, redirect_uri);
}

static cog_login_answer_t ask(cog_probe_t *probe, const char *redirect_uri,
                              const char *scope)
{
    return ask_url(probe, url_of(probe, redirect_uri, scope), redirect_uri);
}

/* The same without PKCE. */
static cog_login_answer_t ask_plainly(cog_probe_t *probe)
{
    const char *redirect_uri = cog_probe_callback(probe, 0);
    apr_array_header_t *params = cog_query_make(probe->pool);

    cog_query_add(params, "response_type", "code");
    cog_query_add(params, "client_id", probe->client->client_id);
    cog_query_add(params, "redirect_uri", redirect_uri);
    cog_query_add(params, "scope", probe->client->scope);
    cog_query_add(params, "state", MADE_UP);
    return ask_url(probe,
                   cog_query_append(probe->pool, probe->endpoints.authorize, params),
                   redirect_uri);
}

static void say_domain(cog_report_t *report)
{
    cog_report_say(report, COG_FOUND_SKIPPED, "the hosted UI cannot be asked");
}

/* The hosted UI has the same answer for a client that it does not know, and for one
 * without any flow; the token endpoint has not. */
static void ask_token_endpoint(cog_probe_t *probe)
{
    if (cog_token_answer_is_known(cog_token_answer_to_any(probe))) {
        probe->login.kind = COG_LOGIN_FLOW;
    }
}

void cog_check_client(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;
    const char *id = probe->client->client_id;

    if (!probe->has_endpoints) {
        say_domain(report);
        return;
    }
    probe->login = ask(probe, cog_probe_callback(probe, 0), probe->client->scope);
    if (probe->login.kind == COG_LOGIN_NO_CLIENT) {
        ask_token_endpoint(probe);
    }
    switch (probe->login.kind) {
    case COG_LOGIN_NO_CLIENT:
        cog_report_say(
            report, COG_FOUND_FAILED,
            "%s is no app client of this user pool; if it is one, it has %s, and "
            "is not allowed the authorization code grant",
            id, probe->client->secret_count ? "another secret" : "a secret");
        return;
    case COG_LOGIN_UNKNOWN:
        cog_report_say(report, COG_FOUND_WARNING, "the hosted UI answers: %s",
                       probe->login.text);
        return;
    default:
        cog_report_say(report, COG_FOUND_OK, "%s", id);
    }
}

static int is_client_known(const cog_probe_t *probe)
{
    return probe->has_endpoints && probe->login.kind != COG_LOGIN_NO_CLIENT &&
           probe->login.kind != COG_LOGIN_UNKNOWN;
}

static void say_client(cog_report_t *report)
{
    cog_report_say(report, COG_FOUND_SKIPPED, "the app client is not known");
}

void cog_check_flow(cog_report_t *report, void *context)
{
    const cog_probe_t *probe = context;

    if (!is_client_known(probe)) {
        say_client(report);
    }
    else if (probe->login.kind == COG_LOGIN_FLOW) {
        cog_report_say(report, COG_FOUND_FAILED,
                       "%s is not allowed the authorization code grant",
                       probe->client->client_id);
    }
    else {
        cog_report_say(report, COG_FOUND_OK, "authorization code grant");
    }
}

void cog_check_callback(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;

    if (!is_client_known(probe)) {
        say_client(report);
        return;
    }
    for (int i = 0; i < probe->conf->origins->nelts; ++i) {
        const char *uri = cog_probe_callback(probe, i);
        cog_login_answer_t answer = ask(probe, uri, probe->client->scope);

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
static int is_registered(const cog_probe_t *probe)
{
    return is_client_known(probe) && probe->login.kind != COG_LOGIN_REDIRECT_MISMATCH &&
           probe->login.kind != COG_LOGIN_FLOW;
}

static void say_callback(cog_report_t *report, const cog_probe_t *probe)
{
    cog_report_say(report, COG_FOUND_SKIPPED,
                   probe->login.kind == COG_LOGIN_FLOW
                       ? "the code grant is not allowed"
                       : "the callback URL is not registered");
}

static const char *refused_scopes(cog_probe_t *probe)
{
    const char *refused = "";
    char *last;
    char *text = apr_pstrdup(probe->pool, probe->client->scope);

    for (char *one = apr_strtok(text, " ", &last); one;
         one = apr_strtok(NULL, " ", &last)) {
        const char *scope = strcmp(one, "openid") == 0
                                ? one
                                : apr_pstrcat(probe->pool, "openid ", one, NULL);

        if (ask(probe, cog_probe_callback(probe, 0), scope).kind == COG_LOGIN_SCOPE) {
            refused = apr_pstrcat(probe->pool, refused, " ", one, NULL);
        }
    }
    return refused;
}

void cog_check_scopes(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;

    if (!is_registered(probe)) {
        say_callback(report, probe);
        return;
    }
    if (probe->login.kind == COG_LOGIN_SCOPE) {
        cog_report_say(report, COG_FOUND_FAILED,
                       "the app client is not allowed:%s (invalid_scope)",
                       refused_scopes(probe));
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", probe->client->scope);
}

void cog_check_pkce(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;

    if (!is_registered(probe)) {
        say_callback(report, probe);
        return;
    }
    if (probe->login.kind != COG_LOGIN_REQUEST) {
        cog_report_say(report, COG_FOUND_OK, "S256");
        return;
    }
    if (ask_plainly(probe).kind == COG_LOGIN_REQUEST) {
        cog_report_say(report, COG_FOUND_WARNING,
                       "the authorize request is refused with and without it (%s)",
                       probe->login.text);
        return;
    }
    cog_report_say(report, COG_FOUND_FAILED,
                   "a request with a code challenge is refused (%s), one without is not",
                   probe->login.text);
}
