#include "flow/session_store.h"

#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/seal.h"
#include "flow/flow_private.h"
#include "oidc/claims.h"
#include "session/cookie.h"
#include "session/session_codec.h"

static cog_binding_t session_binding(const cog_client_conf_t *client)
{
    return (cog_binding_t){COG_PURPOSE_SESSION, client->issuer, client->bound_to,
                           client->session_cookie};
}

/* Tokens belong to one session: its id is part of the binding. */
static cog_binding_t tokens_binding(apr_pool_t *pool, const cog_client_conf_t *client,
                                    const cog_session_t *session)
{
    const char *name = apr_pstrcat(pool, client->tokens_cookie, " ",
                                   cog_session_id_text(pool, session), NULL);

    return (cog_binding_t){COG_PURPOSE_TOKENS, client->issuer, client->bound_to, name};
}

cog_err_t cog_session_open(const cog_flow_t *flow, const cog_client_conf_t *client,
                           cog_session_t **session)
{
    cog_binding_t binding = session_binding(client);
    cog_span_t sealed;
    cog_span_t record;

    COG_REQUIRE(flow->request->cookies, COG_E_NO_SESSION);
    COG_TRY(cog_cookie_join(flow->pool, flow->request->cookies, client->session_cookie,
                            &sealed));
    COG_TRY(cog_unseal(flow->pool, flow->conf->keyring, &binding, sealed, &record));
    return cog_session_decode(flow->pool, record, session);
}

cog_err_t cog_flow_load_session(cog_flow_t *flow, cog_session_t **session)
{
    cog_session_t *found;

    COG_REQUIRE(flow->place->client, COG_E_MISCONFIGURED);
    COG_TRY(cog_session_open(flow, flow->place->client, &found));
    COG_TRY(cog_session_check(found, &flow->place->limits, cog_flow_now(flow)));
    *session = found;
    return COG_OK;
}

static cog_err_t seal_session(cog_flow_t *flow, const cog_session_t *session,
                              const char **sealed)
{
    cog_sealer_t sealer = cog_flow_sealer(flow);
    cog_binding_t binding = session_binding(flow->place->client);

    return cog_seal(flow->pool, &sealer, &binding,
                    cog_session_encode(flow->pool, session), sealed);
}

static cog_err_t write_cookie(cog_flow_t *flow, const char *name, const char *value,
                              cog_reply_t *reply)
{
    cog_cookie_jar_t jar = cog_flow_jar(flow, reply);

    return cog_cookie_split(flow->pool, &jar, name, value, COG_COOKIE_MAX_CHUNKS);
}

static void remove_cookie(cog_flow_t *flow, const char *name, cog_reply_t *reply)
{
    cog_cookie_jar_t jar = cog_flow_jar(flow, reply);

    cog_cookie_remove(flow->pool, &jar, name);
}

static int64_t whole_claim(const json_t *claims, const char *name, int64_t fallback)
{
    json_int_t number;

    return cog_json_whole(claims, name, &number) ? number : fallback;
}

static cog_err_t make_session(cog_flow_t *flow, const json_t *claims,
                              cog_session_t *session)
{
    const cog_random_t *random = flow->ports->random;

    COG_TRY(random->fill(random->context, session->id, sizeof(session->id)));
    session->created = cog_flow_now(flow);
    session->seen = session->created;
    session->auth_time = whole_claim(claims, "auth_time", session->created);
    session->subject = cog_json_string(claims, "sub");
    session->claims =
        cog_claims_select(flow->pool, claims, flow->conf->kept_claims, flow->ports->log);
    return COG_OK;
}

/* The sealed refresh token, NULL when there is none or no room for it. */
static cog_err_t seal_tokens(cog_flow_t *flow, const cog_session_t *session,
                             cog_secret_t refresh_token, size_t room, const char **sealed)
{
    cog_binding_t binding = tokens_binding(flow->pool, flow->place->client, session);
    cog_sealer_t sealer = cog_flow_sealer(flow);

    *sealed = NULL;
    if (!cog_secret_is_set(refresh_token)) {
        return COG_OK;
    }
    COG_TRY(cog_seal(flow->pool, &sealer, &binding, cog_span_of(refresh_token.bytes),
                     sealed));
    if (strlen(*sealed) > room) {
        COG_LOG(flow->ports->log, WARNING, 3020,
                "refresh token of %" APR_SIZE_T_FMT " bytes does not fit beside the "
                "session and is not kept: the sign-out cannot revoke it",
                refresh_token.len);
        *sealed = NULL;
    }
    return COG_OK;
}

/* The cookies that other clients of this site hold in this browser; a session can better
 * do without its tokens than without itself. */
static apr_array_header_t *cookies_of_others(const cog_flow_t *flow)
{
    apr_array_header_t *clients = cog_conf_all_clients(flow->pool, flow->conf);
    apr_array_header_t *tokens = apr_array_make(flow->pool, 4, sizeof(const char *));
    apr_array_header_t *sessions = apr_array_make(flow->pool, 2, sizeof(const char *));

    for (int i = 0; i < clients->nelts; ++i) {
        const cog_client_conf_t *client =
            APR_ARRAY_IDX(clients, i, const cog_client_conf_t *);

        if (client != flow->place->client) {
            APR_ARRAY_PUSH(tokens, const char *) = client->tokens_cookie;
            APR_ARRAY_PUSH(sessions, const char *) = client->session_cookie;
        }
    }
    apr_array_cat(tokens, sessions);
    return tokens;
}

static size_t size_of(const cog_flow_t *flow, const apr_array_header_t *names, int i)
{
    return cog_cookie_size(flow->pool, flow->request->cookies,
                           APR_ARRAY_IDX(names, i, const char *));
}

static void give_up(cog_flow_t *flow, const char *name, cog_reply_t *reply)
{
    COG_LOG(
        flow->ports->log, WARNING, 3022,
        "the cookie %s makes room for another client's session: keep fewer claims, or "
        "raise LimitRequestFieldSize",
        name);
    remove_cookie(flow, name, reply);
}

/* How much there is beside the cookies of the other clients, which have to go as far as
 * it is less than `needed`: a header line that is too long would lock the user out. */
static size_t make_room(cog_flow_t *flow, size_t needed, cog_reply_t *reply)
{
    const apr_array_header_t *others = cookies_of_others(flow);
    size_t room = (size_t)flow->conf->cookie_room;
    size_t taken = 0;

    for (int i = 0; i < others->nelts; ++i) {
        taken += size_of(flow, others, i);
    }
    for (int i = 0; i < others->nelts && taken + needed > room; ++i) {
        size_t size = size_of(flow, others, i);

        if (size > 0) {
            give_up(flow, APR_ARRAY_IDX(others, i, const char *), reply);
            taken -= size;
        }
    }
    return room - taken;
}

/* Nothing is written before all is sealed: a failure leaves no half of a session behind.
 */
cog_err_t cog_session_start(cog_flow_t *flow, const json_t *claims,
                            const cog_tokens_t *tokens, cog_reply_t *reply)
{
    const cog_client_conf_t *client = flow->place->client;
    cog_session_t session = {0};
    const char *sealed_session;
    const char *sealed_tokens;
    size_t len;
    size_t room;

    COG_TRY(make_session(flow, claims, &session));
    COG_TRY(seal_session(flow, &session, &sealed_session));
    len = strlen(sealed_session);
    COG_REQUIRE(len <= (size_t)flow->conf->cookie_room, COG_E_SESSION_TOO_LARGE);
    room = make_room(flow, len, reply);
    COG_TRY(
        seal_tokens(flow, &session, tokens->refresh_token, room - len, &sealed_tokens));
    COG_TRY(write_cookie(flow, client->session_cookie, sealed_session, reply));
    if (!sealed_tokens) {
        remove_cookie(flow, client->tokens_cookie, reply);
    }
    else {
        COG_TRY(write_cookie(flow, client->tokens_cookie, sealed_tokens, reply));
    }
    COG_LOG(flow->ports->log, INFO, 3021, "login of sub %s, session %s",
            cog_text_for_log(flow->pool, session.subject, 255),
            cog_session_id_text(flow->pool, &session));
    return COG_OK;
}

cog_err_t cog_session_touch(cog_flow_t *flow, const cog_session_t *session,
                            cog_reply_t *reply)
{
    cog_session_t touched = *session;
    const char *sealed;

    touched.seen = cog_flow_now(flow);
    COG_TRY(seal_session(flow, &touched, &sealed));
    return write_cookie(flow, flow->place->client->session_cookie, sealed, reply);
}

cog_secret_t cog_session_refresh_token(const cog_flow_t *flow,
                                       const cog_client_conf_t *client,
                                       const cog_session_t *session)
{
    cog_binding_t binding = tokens_binding(flow->pool, client, session);
    cog_span_t sealed;
    cog_span_t plain;

    if (cog_cookie_join(flow->pool, flow->request->cookies, client->tokens_cookie,
                        &sealed) != COG_OK ||
        cog_unseal(flow->pool, flow->conf->keyring, &binding, sealed, &plain) != COG_OK) {
        return cog_secret_of(NULL);
    }
    return cog_secret_of((const char *)plain.bytes);
}

void cog_session_end(cog_flow_t *flow, const cog_client_conf_t *client,
                     cog_reply_t *reply)
{
    remove_cookie(flow, client->session_cookie, reply);
    remove_cookie(flow, client->tokens_cookie, reply);
}
