/* Sign out: here first, then the refresh token, then at the user pool. */
#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/query.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "flow/flow_private.h"
#include "flow/logout_return.h"
#include "flow/navigation.h"
#include "flow/provider.h"
#include "flow/redeem.h"
#include "flow/session_store.h"
#include "oidc/logout.h"

#define REVOKE_LIMIT apr_time_from_sec(2)

/* A revocation that is sent when the browser has its answer. */
typedef struct {
    cog_flow_t *flow;
    const cog_client_conf_t *client;
    cog_secret_t refresh_token;
} revocation_t;

static cog_err_t send_revocation(cog_flow_t *flow, cog_secret_t refresh_token,
                                 int proof_index, int *status)
{
    cog_client_proof_t proof = cog_client_proof(flow, proof_index);
    cog_fetch_request_t request = {.accept = "application/json", .limit = REVOKE_LIMIT};
    const cog_fetcher_t *fetcher = &flow->ports->fetcher;
    cog_fetch_response_t response;
    cog_endpoints_t endpoints;
    cog_form_request_t form;

    COG_TRY(cog_provider_endpoints(flow, flow->place->client->provider, &endpoints));
    COG_REQUIRE(endpoints.revoke, COG_E_DISCOVERY);
    cog_revoke_request(flow->pool, &proof, refresh_token, &form);
    request.url = endpoints.revoke;
    request.form = form.body;
    request.authorization = form.authorization;
    COG_TRY(fetcher->fetch(fetcher->context, flow->pool, flow->ports->log, &request,
                           &response));
    *status = response.status;
    return COG_OK;
}

static void run_revocation(void *context)
{
    const revocation_t *revocation = context;
    cog_flow_t *flow = revocation->flow;
    cog_err_t err = COG_OK;
    int status = 401;

    for (int i = 0; i < cog_client_proof_count(revocation->client); ++i) {
        err = send_revocation(flow, revocation->refresh_token, i, &status);
        if (err != COG_OK || status != 401) {
            break;
        }
    }
    if (err != COG_OK || status != 200) {
        COG_LOG(flow->ports->log, WARNING, 3060,
                "refresh token %s was not revoked: %s, status %d",
                cog_secret_hint(flow->pool, revocation->refresh_token), cog_err_name(err),
                status);
    }
}

static void revoke_afterwards(cog_flow_t *flow, const cog_session_t *session,
                              cog_reply_t *reply)
{
    cog_secret_t refresh_token = cog_session_refresh_token(flow, session);
    revocation_t *revocation;

    if (!cog_secret_is_set(refresh_token)) {
        return;
    }
    revocation = apr_pcalloc(flow->pool, sizeof(*revocation));
    revocation->flow = flow;
    revocation->client = flow->place->client;
    revocation->refresh_token = refresh_token;
    reply->afterwards_context = revocation;
    reply->afterwards = run_revocation;
}

/* Proof that the question was asked by a page of ours to this very session. */
static const char *confirmation(const cog_flow_t *flow, const cog_session_t *session)
{
    cog_secret_t key = cog_keyring_mac_key(flow->conf->keyring, COG_PURPOSE_CONFIRM);
    cog_span_t data = {session->id, sizeof(session->id)};

    return cog_hmac_text(flow->pool, key, data);
}

static int is_confirmed(const cog_flow_t *flow, const cog_session_t *session,
                        const char *presented)
{
    cog_secret_t key = cog_keyring_mac_key(flow->conf->keyring, COG_PURPOSE_CONFIRM);
    cog_span_t data = {session->id, sizeof(session->id)};

    return presented && cog_hmac_is(flow->pool, key, data, presented);
}

/* A page elsewhere, an image or a preload must not be able to end a session. */
static int is_wanted(const cog_flow_t *flow, const cog_session_t *session,
                     const apr_array_header_t *params)
{
    const cog_request_t *request = flow->request;
    int is_post = strcmp(request->method, "POST") == 0;

    if (!session || is_confirmed(flow, session, cog_query_get(params, "confirm"))) {
        return 1;
    }
    return cog_request_is_from(request, cog_flow_origin(flow)) &&
           (is_post || cog_request_is_navigation(request));
}

static void ask(cog_flow_t *flow, const cog_session_t *session, const char *return_to,
                cog_reply_t *reply)
{
    apr_array_header_t *params = cog_query_make(flow->pool);

    cog_query_add(params, "return_to", return_to);
    cog_query_add(params, "confirm", confirmation(flow, session));
    reply->kind = COG_REPLY_PAGE;
    reply->status = 200;
    reply->page.title = "Sign out?";
    reply->page.cause = "Another site has sent you here to sign out.";
    reply->page.action = "If that is what you want, please confirm it.";
    reply->page.link =
        cog_query_append(flow->pool, cog_flow_own_url(flow, "logout"), params);
    reply->page.link_text = "Sign out";
    reply->page.is_form = 1;
}

static void end_sessions(cog_flow_t *flow, cog_reply_t *reply)
{
    const cog_conf_t *conf = flow->conf;

    if (conf->default_client) {
        cog_session_end(flow, conf->default_client, reply);
    }
    for (int i = 0; i < conf->clients->nelts; ++i) {
        cog_session_end(flow, APR_ARRAY_IDX(conf->clients, i, const cog_client_conf_t *),
                        reply);
    }
}

/* Where the browser goes next: to the user pool, which sends it to signed-out; straight
 * there when the user pool cannot be asked for its address. */
static const char *next_url(cog_flow_t *flow)
{
    const char *signed_out = cog_flow_own_url(flow, "signed-out");
    cog_endpoints_t endpoints;

    if (cog_provider_endpoints(flow, flow->place->client->provider, &endpoints) !=
            COG_OK ||
        !endpoints.logout) {
        return signed_out;
    }
    return cog_logout_url(flow->pool, endpoints.logout, flow->place->client->client_id,
                          signed_out);
}

static void answer(cog_flow_t *flow, const char *url, cog_reply_t *reply)
{
    json_t *object;

    if (cog_request_is_navigation(flow->request)) {
        cog_reply_redirect(reply, 303, url);
        return;
    }
    object = json_pack("{s:s}", "redirect", url);
    cog_reply_json(flow->pool, reply, 200, cog_json_own(flow->pool, object));
}

static int has_session(cog_flow_t *flow, const cog_client_conf_t *client,
                       cog_place_t *place, cog_session_t **session)
{
    place->client = client;
    return client && cog_flow_load_session(flow, session) == COG_OK;
}

/* Set the flow's client to the one whose session is to end: that of the place to return
 * to, else the first that has one. `session` stays NULL when there is none. */
static void choose_client(cog_flow_t *flow, const char *return_to,
                          cog_session_t **session)
{
    const cog_conf_t *conf = flow->conf;
    const cog_place_t *there = flow->request->place_of(flow->request, return_to);
    cog_place_t *place = apr_pmemdup(flow->pool, there, sizeof(*place));
    int is_found;

    flow->place = place;
    *session = NULL;
    is_found = has_session(flow, there->client, place, session) ||
               has_session(flow, conf->default_client, place, session);
    for (int i = 0; i < conf->clients->nelts && !is_found; ++i) {
        is_found =
            has_session(flow, APR_ARRAY_IDX(conf->clients, i, const cog_client_conf_t *),
                        place, session);
    }
    if (!is_found) {
        place->client = there->client ? there->client : cog_conf_first_client(conf);
    }
}

cog_err_t cog_flow_logout(cog_flow_t *flow, cog_reply_t *reply)
{
    int is_post = strcmp(flow->request->method, "POST") == 0;
    apr_array_header_t *params;
    cog_session_t *session;
    const char *return_to;

    if (!is_post) {
        COG_TRY(cog_reply_require_get(flow, reply));
    }
    COG_TRY(cog_query_parse(flow->pool, flow->request->query, &params));
    return_to = cog_logout_return_choose(flow, cog_query_get(params, "return_to"));
    choose_client(flow, return_to, &session);
    if (!is_wanted(flow, session, params)) {
        ask(flow, session, return_to, reply);
        return COG_OK;
    }
    if (session) {
        revoke_afterwards(flow, session, reply);
        COG_LOG(flow->ports->log, INFO, 3061, "logout of sub %s, session %s",
                cog_text_for_log(flow->pool, session->subject, 255),
                cog_session_id_text(flow->pool, session));
    }
    end_sessions(flow, reply);
    COG_TRY(cog_logout_return_set(flow, return_to, reply));
    answer(flow, next_url(flow), reply);
    return COG_OK;
}
