#include "flow/failure.h"

#include <apr_strings.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/language.h"
#include "base/text.h"
#include "flow/audit.h"
#include "flow/meter.h"
#include "flow/navigation.h"
#include "flow/routes.h"

#define TRY_AGAIN       COG_SAY("Try again.")
#define TRY_IN_A_MOMENT COG_SAY("Try again in a moment.")
#define START_AGAIN     COG_SAY("Start again from the page you wanted.")
#define TELL_ADMIN                                                                       \
    COG_SAY("Please tell the administrator of this site, with the number below.")

/* clang-format off */
static const cog_failure_t failures[] = {
    {COG_OK, 200, COG_LOG_DEBUG, "Fine", "Nothing has failed.", NULL, NULL},
    {COG_E_INTERNAL, 500, COG_LOG_ERROR, COG_SAY("Something went wrong",
     "The sign-in of this site has failed in a way that it should not.", TELL_ADMIN),
     "report it with this line"},
    {COG_E_NO_RANDOM, 500, COG_LOG_ERROR, COG_SAY("Something went wrong",
     "The server cannot start a safe sign-in at the moment.", TELL_ADMIN),
     "OpenSSL gives none: try openssl rand -hex 8 as the user of httpd's children, look at its "
     "openssl.cnf (providers, FIPS), and restart httpd"},
    {COG_E_MISCONFIGURED, 500, COG_LOG_ERROR, COG_SAY("This site is not set up completely",
     "The sign-in of this site lacks a setting.", TELL_ADMIN),
     "give this place a client: CognitoUserPool and CognitoClientID, or CognitoUse"},
    {COG_E_BAD_BASE64, 400, COG_LOG_INFO, COG_SAY("This request cannot be understood",
     "A part of the address is damaged.", START_AGAIN), NULL},
    {COG_E_BAD_JSON, 400, COG_LOG_INFO, COG_SAY("This request cannot be understood",
     "A part of the request is damaged.", START_AGAIN), NULL},
    {COG_E_BAD_QUERY, 400, COG_LOG_INFO, COG_SAY("This request cannot be understood",
     "The address holds something twice or in a broken form.",
     START_AGAIN), NULL},
    {COG_E_BAD_URL, 400, COG_LOG_INFO, COG_SAY("This request cannot be understood",
     "The address is damaged.", START_AGAIN), NULL},
    {COG_E_TOO_LARGE, 413, COG_LOG_INFO, COG_SAY("This request is too large",
     "A part of the request is larger than this site takes.", NULL), NULL},
    {COG_E_SEAL_BROKEN, 400, COG_LOG_INFO, COG_SAY("This sign-in cannot be continued",
     "A cookie of this site is damaged.", TRY_AGAIN), NULL},
    {COG_E_NO_SESSION, 401, COG_LOG_DEBUG, COG_SAY("Please sign in",
     "This page needs a sign-in.", NULL), NULL},
    {COG_E_SESSION_EXPIRED, 401, COG_LOG_DEBUG, COG_SAY("Please sign in again",
     "Your session has ended.", NULL), NULL},
    {COG_E_SESSION_TOO_LARGE, 500, COG_LOG_ERROR, COG_SAY("Your profile is too large",
     "Your account carries more data than a browser can hold for this site.", TELL_ADMIN),
     "keep fewer claims with CognitoClaims, or raise LimitRequestFieldSize"},
    {COG_E_STORE, 503, COG_LOG_ERROR, COG_SAY("Sign-ins cannot be looked up",
     "The place where this site keeps its sign-ins does not answer. You are still signed in.",
     TRY_IN_A_MOMENT),
     "the warning before this line tells what is wrong with the store that CognitoStore names, "
     "and what helps"},
    {COG_E_NOT_FOUND, 401, COG_LOG_DEBUG, COG_SAY("Please sign in again",
     "Your session has ended.", NULL), NULL},
    {COG_E_EXISTS, 500, COG_LOG_ERROR, COG_SAY("Something went wrong",
     "The sign-in of this site has failed in a way that it should not.", TELL_ADMIN),
     "report it with this line"},
    {COG_E_NO_USER_NAME, 403, COG_LOG_ERROR, COG_SAY("Your profile is incomplete",
     "Your account lacks the detail by which this site knows its users.", TELL_ADMIN),
     "name a claim that every user has in CognitoRemoteUser, or let the app client read it"},
    {COG_E_HEADER_TOO_LONG, 500, COG_LOG_ERROR, COG_SAY("This page cannot be shown",
     "Your account has more details than the application behind this site can take.",
     TELL_ADMIN), "export less: CognitoClaims"},
    {COG_E_METHOD, 405, COG_LOG_INFO, COG_SAY("This cannot be done here",
     "The address does not answer to this kind of request.", NULL), NULL},
    {COG_E_BAD_CALLBACK, 400, COG_LOG_WARNING, COG_SAY("This sign-in cannot be continued",
     "The way back from the sign-in page was damaged.", TRY_AGAIN), NULL},
    {COG_E_CROSS_SITE, 403, COG_LOG_INFO, COG_SAY("This cannot be done here",
     "The request comes from another site.", NULL), NULL},
    {COG_E_FORM, 400, COG_LOG_INFO, COG_SAY("This request cannot be understood",
     "A part of the request is damaged.", START_AGAIN), NULL},
    {COG_E_SIGNATURE, 401, COG_LOG_WARNING, COG_SAY("This cannot be done here",
     "The request is not signed as it has to be.", NULL),
     "compare the key and the clock of who sends it with CognitoRevokeKey and this server"},
    {COG_E_STATE_MISMATCH, 400, COG_LOG_WARNING, COG_SAY("This sign-in cannot be continued",
     "It does not belong to a sign-in that this browser has started.", TRY_AGAIN), NULL},
    {COG_E_LOGIN_LOOP, 400, COG_LOG_WARNING, COG_SAY("Your browser does not keep the sign-in",
     "The cookie of this sign-in did not come back, twice in a row.",
     "Allow cookies for this site, and open it by its usual https:// address."),
     "if it happens to all users, compare the address in the browser with CognitoBaseURL "
     "(scheme, host, port) and look for a proxy that drops cookies"},
    {COG_E_LOGIN_REFUSED, 403, COG_LOG_WARNING, COG_SAY("The sign-in was not completed",
     "The sign-in service has ended this sign-in.", TRY_AGAIN), NULL},
    {COG_E_UNAUTHENTICATED, 401, COG_LOG_DEBUG, COG_SAY("Please sign in",
     "This page needs a sign-in.", NULL), NULL},
    {COG_E_FORBIDDEN, 403, COG_LOG_INFO, COG_SAY("You may not see this page",
     "You are signed in, but your account lacks the permission.",
     "Sign out to use another account, or ask the administrator of this site."),
     "LogLevel auth_cognito:debug authz_core:debug tells which Require does not hold"},
    {COG_E_PROFILE, 403, COG_LOG_INFO, COG_SAY("Your profile is incomplete",
     "You are signed in, but your account lacks a detail that this site needs:",
     "Add it to your profile, or ask the administrator of this site to. Then sign out and in "
     "again."),
     "give the user the attribute (COG4250 names it), and let the app client read it"},
    {COG_E_BEARER, 400, COG_LOG_INFO, COG_SAY("This request cannot be understood",
     "The token of the request is in a form that it should not have.", NULL), NULL},
    {COG_E_AUTH_AGE, 403, COG_LOG_WARNING, COG_SAY("Please sign in anew",
     "This page needs a sign-in from just now, but the sign-in service did not ask you for one.",
     "Sign out, close your browser, and try again."),
     "the user pool was asked twice to sign the user in anew, but its ID token names an older "
     "sign-in or none (auth_time): compare the clocks; an identity provider may answer without "
     "asking its user"},
    {COG_E_TOKEN_MALFORMED, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer of the sign-in service is damaged.", TRY_AGAIN),
     "something between this server and the user pool changes the answer, or CognitoEndpoint "
     "names another service"},
    {COG_E_TOKEN_ALGORITHM, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer of the sign-in service is signed in an unknown way.", TELL_ADMIN),
     "user pools sign with RS256: compare CognitoIssuer and CognitoEndpoint with the pool"},
    {COG_E_TOKEN_KEY, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer of the sign-in service is signed with an unknown key.", TRY_AGAIN),
     "the token names a key that the pool's key set lacks: compare CognitoUserPool with the "
     "pool of the app client"},
    {COG_E_TOKEN_SIGNATURE, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The signature of the sign-in service is wrong.", TRY_AGAIN),
     "compare CognitoEndpoint jwks with the pool; where it is right, somebody forges tokens, or "
     "something between this server and the user pool changes them"},
    {COG_E_TOKEN_ISSUER, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer comes from another sign-in service.", TELL_ADMIN),
     "compare CognitoUserPool or CognitoIssuer with the pool of the app client; a pool with "
     "replicas needs all its issuers in CognitoIssuer"},
    {COG_E_TOKEN_AUDIENCE, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer is meant for another site.", TELL_ADMIN),
     "compare CognitoClientID with the app client"},
    {COG_E_TOKEN_USE, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer of the sign-in service is of the wrong kind.", TELL_ADMIN),
     "the token endpoint gave another kind of token as ID token: compare CognitoEndpoint token "
     "with the pool"},
    {COG_E_TOKEN_EXPIRED, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer of the sign-in service is too old.", TRY_AGAIN),
     "compare this server's clock with the real time"},
    {COG_E_TOKEN_TIME, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer of the sign-in service comes from the future.", TELL_ADMIN),
     "compare this server's clock with the real time"},
    {COG_E_TOKEN_NONCE, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer belongs to another sign-in.", TRY_AGAIN),
     "of a single user: somebody may have tried to slip in the answer of another login; of all: "
     "compare CognitoEndpoint authorize and token with the pool"},
    {COG_E_TOKEN_HASH, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The parts of the answer do not belong together.", TRY_AGAIN),
     "of a single user: somebody may have tried to exchange the access token; of all: compare "
     "CognitoEndpoint token with the pool"},
    {COG_E_TOKEN_SUBJECT, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer does not say who you are.", TRY_AGAIN),
     "the ID token, a later one or userInfo names nobody, or somebody else: compare "
     "CognitoEndpoint token and userinfo with the pool"},
    {COG_E_TOKEN_REVOKED, 401, COG_LOG_INFO, COG_SAY("Please sign in again",
     "Your sign-in has been ended.", NULL), NULL},
    {COG_E_TOKEN_RESOURCE, 502, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The answer is meant for another resource.", TELL_ADMIN),
     "compare CognitoResource with the resource that the token was asked for"},
    {COG_E_IDP_UNREACHABLE, 503, COG_LOG_ERROR, COG_SAY("The sign-in service does not answer",
     "This is usually over soon.", TRY_IN_A_MOMENT),
     "the last warning before this line tells why; check the way out: DNS, firewall, "
     "CognitoProxy, CognitoCAFile"},
    {COG_E_PROXY_AUTH, 503, COG_LOG_ERROR, COG_SAY("The sign-in service does not answer",
     "This site has no way to it at the moment.", TELL_ADMIN),
     "the error before this line tells what it wants; give it its user and password: CognitoProxy "
     "http://USER:file:PATH@HOST:PORT"},
    {COG_E_IDP_BUSY, 503, COG_LOG_ERROR, COG_SAY("The sign-in service is busy",
     "This is usually over soon.", TRY_IN_A_MOMENT),
     "the user pool throttles or has an outage: wait; if it stays, compare the requests with "
     "its quotas"},
    {COG_E_IDP_ANSWER, 502, COG_LOG_ERROR, COG_SAY("The sign-in service gave a wrong answer",
     "This site could not use what it said.", TRY_AGAIN),
     "the warning before this line tells what it answered: compare CognitoEndpoint with the pool"},
    {COG_E_IDP_CLIENT, 500, COG_LOG_ERROR, COG_SAY("This site is not known to the sign-in service",
     "It did not accept the site's own credentials.", TELL_ADMIN),
     "compare CognitoClientID and CognitoClientSecret with the app client: a public client has "
     "no secret, a confidential one needs it"},
    {COG_E_IDP_GRANT, 400, COG_LOG_WARNING, COG_SAY("This sign-in is too old",
     "It was used before, or took longer than five minutes.", TRY_AGAIN),
     "if it happens to all users, the app client may lack the right to read an attribute of the "
     "requested scopes (email without email_verified)"},
    {COG_E_IDP_REDIRECT_URI, 500, COG_LOG_ERROR, COG_SAY("This site is not set up completely",
     "The sign-in service does not accept the site's address.", TELL_ADMIN),
     "the app client must allow the code grant and hold the redirect URI, byte for byte, among "
     "its callback URLs"},
    {COG_E_DISCOVERY, 503, COG_LOG_ERROR, COG_SAY("The sign-in service is not set up completely",
     "This site could not find out how to reach it.", TRY_IN_A_MOMENT),
     "the line before this one tells what is wrong with it; a user pool needs a domain"},
    {COG_E_JWKS, 503, COG_LOG_ERROR, COG_SAY("The sign-in could not be verified",
     "The keys of the sign-in service are not usable.", TRY_IN_A_MOMENT),
     "the line before this one tells what is wrong with it; compare CognitoUserPool and "
     "CognitoIssuer with the pool"},
};
/* clang-format on */

#define FAILURE_COUNT   (sizeof(failures) / sizeof(*failures))
#define INCIDENT_BYTES  6
#define RETRY_AFTER_SEC 5

const cog_failure_t *cog_failure_of(cog_err_t err)
{
    for (size_t i = 0; i < FAILURE_COUNT; ++i) {
        if (failures[i].err == err) {
            return &failures[i];
        }
    }
    return cog_failure_of(COG_E_INTERNAL);
}

/* A number that nobody can look up is worse than none. */
static int can_be_looked_up(const cog_flow_t *flow, const cog_failure_t *failure)
{
    const cog_log_t *log = flow->ports->log;
    const cog_auditor_t *auditor = flow->ports->auditor;

    return log->is_on(log->context, failure->level) || (auditor && auditor->is_kept);
}

static const char *make_incident(const cog_flow_t *flow, const cog_failure_t *failure)
{
    const char *incident;

    if (!can_be_looked_up(flow, failure)) {
        return NULL;
    }
    if (cog_random_text(flow->pool, flow->ports->random, INCIDENT_BYTES, &incident) !=
        COG_OK) {
        return "-";
    }
    return incident;
}

static const char *remedy_of(const cog_flow_t *flow, const cog_failure_t *failure)
{
    if (flow->cause && flow->cause->remedy) {
        return flow->cause->remedy;
    }
    return failure->remedy ? failure->remedy : "none is needed";
}

static void log_failure(const cog_flow_t *flow, const cog_failure_t *failure,
                        const char *incident)
{
    COG_LOG_AT(flow->ports->log, failure->level, 3001,
               "%s: %s; client %s; remedy: %s; incident %s", cog_err_name(failure->err),
               cog_err_text(failure->err),
               cog_text_for_log(flow->pool, flow->request->client_ip, 64),
               remedy_of(flow, failure), incident);
}

/* A fault of the site or of the user pool, or what may be an attack. */
static void tell_meter(const cog_flow_t *flow, const cog_failure_t *failure,
                       const char *incident)
{
    cog_flow_count_refusal(flow, failure->err);
    if (failure->level <= COG_LOG_WARNING) {
        cog_flow_count(flow, COG_EVENT_PROBLEM);
        cog_flow_note_problem(
            flow,
            (cog_problem_t){.err = failure->err,
                            .is_error = failure->level == COG_LOG_ERROR,
                            .site = APR_ARRAY_IDX(flow->conf->origins, 0, const char *),
                            .incident = incident,
                            .remedy = remedy_of(flow, failure)});
    }
}

static void fill_page(const cog_flow_t *flow, const cog_failure_t *failure,
                      cog_page_t *page)
{
    const cog_cause_t *cause = flow->cause;

    page->title = failure->title;
    page->cause = cause ? cause->cause : failure->cause;
    page->action = cause ? cause->action : failure->action;
    if (page->link) {
        return;
    }
    if (failure->status == 503) {
        page->link = "";
        page->link_text = COG_SAY("Try again");
    }
    else if (cog_flow_is_own_url(flow->conf, flow->request->path)) {
        page->link = "/";
        page->link_text = COG_SAY("To the site");
    }
}

static void fill_json(const cog_flow_t *flow, const cog_failure_t *failure,
                      const char *incident, cog_reply_t *reply)
{
    json_t *object = json_pack("{s:s, s:s, s:s*}", "error", cog_err_name(failure->err),
                               "message", failure->cause, "incident", incident);

    cog_reply_json(flow->pool, reply, failure->status, cog_json_own(flow->pool, object));
}

void cog_reply_fail(cog_flow_t *flow, cog_err_t err, cog_reply_t *reply)
{
    const cog_failure_t *failure = cog_failure_of(err);
    const char *incident = make_incident(flow, failure);

    log_failure(flow, failure, incident);
    tell_meter(flow, failure, incident);
    cog_flow_audit_refusal(flow, failure->err, incident);
    reply->status = failure->status;
    reply->error = failure->err;
    reply->page.incident = incident;
    reply->session = NULL;
    reply->location = NULL;
    reply->retry_after_sec = failure->status == 503 ? RETRY_AFTER_SEC : 0;
    if (cog_request_is_navigation(flow->request)) {
        reply->kind = COG_REPLY_PAGE;
        fill_page(flow, failure, &reply->page);
    }
    else {
        fill_json(flow, failure, incident, reply);
    }
}
