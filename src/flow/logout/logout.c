/* Sign out: here first, then the refresh token, then at the user pool. */
#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "base/language.h"
#include "base/log.h"
#include "base/query.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "flow/audit.h"
#include "flow/handlers.h"
#include "flow/logout/logout_return.h"
#include "flow/meter.h"
#include "flow/navigation.h"
#include "flow/provider/provider.h"
#include "flow/revocation/session_revocation.h"
#include "flow/session/session_lifecycle.h"
#include "flow/session/session_lookup.h"
#include "flow/tokens/token_revocation.h"
#include "oidc/logout.h"

/* A client of this site and the session that the browser holds for it. */
typedef struct {
    const cog_client_conf_t *client;
    cog_session_t *session; /* NULL: none */
} held_t;

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
    reply->page.title = COG_SAY("Sign out?");
    reply->page.cause = COG_SAY("Another site has sent you here to sign out.");
    reply->page.action = COG_SAY("If that is what you want, please confirm it.");
    reply->page.link =
        cog_query_append(flow->pool, cog_flow_own_url(flow, "logout"), params);
    reply->page.link_text = COG_SAY("Sign out");
    reply->page.is_form = 1;
}

static void end_session(cog_flow_t *flow, const held_t *held, cog_reply_t *reply)
{
    cog_session_tokens_t tokens;

    if (held->session) {
        if (!cog_session_is_revoked(flow, held->session) &&
            cog_session_tokens(flow, held->client, held->session, &tokens) == COG_OK) {
            cog_token_revoke_afterwards(flow, held->client, tokens.refresh_token, reply);
        }
        cog_flow_count(flow, COG_EVENT_ENDED_BY_LOGOUT);
        cog_flow_audit_logout(flow, "logout", held->client, held->session);
        COG_LOG(flow->ports->log, INFO, 3061, "logout of sub %s, session %s",
                cog_text_for_log(flow->pool, held->session->subject, 255),
                cog_session_id_text(flow->pool, held->session));
    }
    cog_session_end(flow, held->client, held->session, reply);
}

static void end_sessions(cog_flow_t *flow, const apr_array_header_t *all,
                         cog_reply_t *reply)
{
    for (int i = 0; i < all->nelts; ++i) {
        end_session(flow, &APR_ARRAY_IDX(all, i, held_t), reply);
    }
}

/* Where the browser goes next: to the user pool, which sends it to signed-out; straight
 * there when the user pool cannot be asked for its address. */
static const char *next_url(cog_flow_t *flow, const cog_client_conf_t *client)
{
    const char *signed_out = cog_flow_own_url(flow, "signed-out");
    cog_endpoints_t endpoints;

    if (cog_provider_endpoints(flow, client->provider, &endpoints) != COG_OK ||
        !endpoints.logout) {
        return signed_out;
    }
    return cog_logout_url(flow->pool, endpoints.logout, client->client_id, signed_out);
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

/* What lives in a store that cannot be read cannot be ended now: say so. */
static cog_err_t look_up_all(const cog_flow_t *flow, apr_array_header_t **found)
{
    apr_array_header_t *clients = cog_conf_all_clients(flow->pool, flow->conf);
    apr_array_header_t *all = apr_array_make(flow->pool, clients->nelts, sizeof(held_t));
    cog_err_t err;

    for (int i = 0; i < clients->nelts; ++i) {
        held_t *held = apr_array_push(all);

        held->client = APR_ARRAY_IDX(clients, i, const cog_client_conf_t *);
        err = cog_session_open(flow, held->client, &held->session);
        COG_REQUIRE(err != COG_E_STORE, err);
        held->session = err == COG_OK ? held->session : NULL;
    }
    *found = all;
    return COG_OK;
}

static int rank(const held_t *held, const cog_client_conf_t *there)
{
    return 2 * (held->session != NULL) + (held->client == there);
}

/* Whose user pool signs the user out: with a session rather than without, that of the
 * place to return to rather than another. */
static const held_t *choose(const cog_flow_t *flow, const apr_array_header_t *all,
                            const char *return_to)
{
    const char *path = *return_to == '/' ? return_to : "/";
    const cog_place_t *there = flow->request->place_of(flow->request, path);
    const held_t *best = &APR_ARRAY_IDX(all, 0, held_t);

    for (int i = 1; i < all->nelts; ++i) {
        const held_t *held = &APR_ARRAY_IDX(all, i, held_t);

        best = rank(held, there->client) > rank(best, there->client) ? held : best;
    }
    return best;
}

cog_err_t cog_flow_logout(cog_flow_t *flow, cog_reply_t *reply)
{
    apr_array_header_t *params;
    apr_array_header_t *all;
    const char *return_to;
    const held_t *chosen;

    COG_TRY(cog_reply_require_method(flow, "GET, POST", reply));
    COG_TRY(cog_query_parse(flow->pool, flow->request->query, &params));
    return_to = cog_logout_return_choose(flow, cog_query_get(params, "return_to"));
    COG_TRY(look_up_all(flow, &all));
    chosen = choose(flow, all, return_to);
    if (!is_wanted(flow, chosen->session, params)) {
        ask(flow, chosen->session, return_to, reply);
        return COG_OK;
    }
    end_sessions(flow, all, reply);
    COG_TRY(cog_logout_return_set(flow, return_to, reply));
    answer(flow, next_url(flow, chosen->client), reply);
    return COG_OK;
}
