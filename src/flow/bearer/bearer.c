#include "flow/bearer/bearer.h"

#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/audit.h"
#include "flow/bearer/bearer_token.h"
#include "flow/bearer/metadata.h"
#include "flow/handlers.h"
#include "flow/meter.h"
#include "flow/revocation/session_revocation.h"
#include "oidc/bearer.h"

#define LOG_LIMIT 255

int cog_bearer_is_presented(const char *authorization)
{
    cog_secret_t token;

    return cog_bearer_read(authorization, &token) != COG_BEARER_NONE;
}

int cog_bearer_decides(const cog_place_t *place, const char *authorization)
{
    if (!(place->accepts & COG_ACCEPT_BEARER)) {
        return 0;
    }
    return !(place->accepts & COG_ACCEPT_SESSION) ||
           cog_bearer_is_presented(authorization);
}

static const char *challenge(const cog_flow_t *flow, cog_challenge_t what)
{
    const char *resource = flow->place->bearer.resource;

    what.realm = flow->place->realm;
    what.resource_metadata = resource ? cog_metadata_url(flow->pool, resource) : NULL;
    return cog_challenge_write(flow->pool, &what);
}

const char *cog_bearer_challenge(const cog_flow_t *flow)
{
    if (!(flow->place->accepts & COG_ACCEPT_BEARER)) {
        return NULL;
    }
    return challenge(flow, (cog_challenge_t){0});
}

static void answer(const cog_flow_t *flow, cog_err_t err, int status, const char *code,
                   cog_reply_t *reply)
{
    json_t *object = json_pack("{s:s, s:s}", "error", code ? code : cog_err_name(err),
                               "error_description", cog_err_text(err));

    cog_flow_count_refusal(flow, err);
    cog_flow_audit_refusal(flow, err, NULL);
    cog_reply_json(flow->pool, reply, status, cog_json_own(flow->pool, object));
    reply->error = err;
}

/* RFC 6750, 3: who brings no token is told no error. */
static void ask_for_token(const cog_flow_t *flow, cog_reply_t *reply)
{
    COG_LOG(flow->ports->log, DEBUG, 3402, "no bearer token: answered with 401");
    answer(flow, COG_E_UNAUTHENTICATED, 401, NULL, reply);
    reply->challenge = cog_bearer_challenge(flow);
}

/* RFC 6750, 3.1 */
static void refuse(const cog_flow_t *flow, cog_err_t err, cog_reply_t *reply)
{
    const char *code = err == COG_E_BEARER ? "invalid_request" : "invalid_token";

    cog_flow_count(flow, COG_EVENT_BEARER_REFUSED);
    COG_LOG(flow->ports->log, INFO, 3401, "bearer token refused: %s; client %s",
            cog_err_text(err),
            cog_text_for_log(flow->pool, flow->request->client_ip, 64));
    answer(flow, err, err == COG_E_BEARER ? 400 : 401, code, reply);
    reply->challenge = challenge(
        flow, (cog_challenge_t){.error = code, .description = cog_err_text(err)});
}

void cog_bearer_forbid(cog_flow_t *flow, const char *scope, cog_reply_t *reply)
{
    const char *code = scope ? "insufficient_scope" : NULL;

    COG_LOG(flow->ports->log, INFO, 3403, "bearer lacks a right%s%s; client %s",
            scope ? ": scope " : "",
            scope ? cog_text_for_log(flow->pool, scope, 255) : "",
            cog_text_for_log(flow->pool, flow->request->client_ip, 64));
    answer(flow, COG_E_FORBIDDEN, 403, code, reply);
    reply->challenge = challenge(flow, (cog_challenge_t){.error = code, .scope = scope});
}

void cog_bearer_want_sign_in(cog_flow_t *flow, int64_t max_age_sec, cog_reply_t *reply)
{
    static const char code[] = "insufficient_user_authentication";

    COG_LOG(flow->ports->log, INFO, 4256,
            "sign-in of the bearer is longer ago than %" APR_INT64_T_FMT " s; client %s",
            max_age_sec, cog_text_for_log(flow->pool, flow->request->client_ip, 64));
    answer(flow, COG_E_AUTH_AGE, 401, code, reply);
    reply->challenge = challenge(
        flow, (cog_challenge_t){
                  .error = code,
                  .description = cog_err_text(COG_E_AUTH_AGE),
                  .max_age = apr_psprintf(flow->pool, "%" APR_INT64_T_FMT, max_age_sec)});
}

static void grant(const cog_flow_t *flow, const cog_bearer_t *bearer, cog_reply_t *reply)
{
    COG_LOG(flow->ports->log, DEBUG, 3400,
            "token of client %s for sub %s lets the request in",
            cog_text_for_log(flow->pool, bearer->facts.client_id, LOG_LIMIT),
            cog_text_for_log(flow->pool, bearer->session->subject, LOG_LIMIT));
    cog_flow_count(flow, COG_EVENT_BEARER_ACCEPTED);
    reply->kind = COG_REPLY_GRANT;
    reply->status = 200;
    reply->session = bearer->session;
    reply->bearer = bearer;
}

/* RFC 6750, 2: no more than one way to bring a token. Alone, one in the query is no
 * credential at all. */
static int has_token_in_query(const cog_request_t *request)
{
    static const char name[] = "access_token=";

    for (const char *at = request->query; at; at = strchr(at, '&')) {
        at += *at == '&';
        if (cog_text_begins(at, name)) {
            return 1;
        }
    }
    return 0;
}

static cog_err_t judge(cog_flow_t *flow, cog_secret_t token, const cog_bearer_t **bearer)
{
    COG_REQUIRE(!has_token_in_query(flow->request), COG_E_BEARER);
    COG_TRY(cog_bearer_identify(flow, token, bearer));
    flow->who = (*bearer)->session;
    COG_REQUIRE(!cog_session_is_revoked(flow, (*bearer)->session), COG_E_TOKEN_REVOKED);
    return cog_bearer_rules_check(&flow->place->bearer, &(*bearer)->facts);
}

/* Is it the client's fault, and not that of the user pool or of this server? */
static int is_about_token(cog_err_t err)
{
    return err == COG_E_BEARER || cog_text_begins(cog_err_name(err), "token_");
}

cog_err_t cog_flow_bearer(cog_flow_t *flow, cog_reply_t *reply)
{
    const cog_bearer_t *bearer = NULL;
    cog_secret_t token;
    cog_err_t err = COG_E_BEARER;

    COG_REQUIRE(flow->place->client, COG_E_MISCONFIGURED);
    switch (cog_bearer_read(flow->request->authorization, &token)) {
    case COG_BEARER_NONE:
        ask_for_token(flow, reply);
        return COG_OK;
    case COG_BEARER_TOKEN:
        err = judge(flow, token, &bearer);
        break;
    case COG_BEARER_MALFORMED:
        break;
    }
    if (err == COG_OK) {
        grant(flow, bearer, reply);
        return COG_OK;
    }
    COG_REQUIRE(is_about_token(err), err);
    refuse(flow, err, reply);
    return COG_OK;
}
