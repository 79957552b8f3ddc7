#include "flow/session/session_lifecycle.h"

#include <apr_strings.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "crypto/seal.h"
#include "flow/audit.h"
#include "flow/meter.h"
#include "flow/revocation/session_revocation.h"
#include "flow/session/cookie_room.h"
#include "flow/session/session_lookup.h"
#include "flow/session/stored_session.h"
#include "flow/tokens/token_revocation.h"
#include "session/cookie_chunks.h"
#include "session/session_codec.h"

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

/* What the browser is to hold of a session. */
static cog_err_t seal_session(cog_flow_t *flow, const cog_session_t *session,
                              const char **sealed)
{
    cog_sealer_t sealer = cog_flow_sealer(flow);
    cog_binding_t binding = cog_client_session_binding(flow->place->client);
    cog_span_t record = session->is_stored
                            ? cog_session_encode_reference(flow->pool, session)
                            : cog_session_encode(flow->pool, session);

    return cog_seal(flow->pool, &sealer, &binding, record, sealed);
}

static cog_err_t seal_tokens(cog_flow_t *flow, const cog_session_t *session,
                             const cog_session_tokens_t *tokens, const char **sealed)
{
    cog_binding_t binding =
        cog_session_tokens_binding(flow->pool, flow->place->client, session);
    cog_sealer_t sealer = cog_flow_sealer(flow);

    return cog_seal(flow->pool, &sealer, &binding,
                    cog_session_tokens_encode(flow->pool, tokens), sealed);
}

/* Sealed session; one that is too long for the cookies becomes a stored one. */
static cog_err_t find_home(cog_flow_t *flow, cog_session_t *session, const char **sealed)
{
    cog_err_t err = seal_session(flow, session, sealed);

    if (!session->is_stored &&
        (err == COG_E_TOO_LARGE ||
         (err == COG_OK && strlen(*sealed) > (size_t)flow->conf->cookie_room))) {
        COG_LOG(flow->ports->log, DEBUG, 3023,
                "session %s does not fit the browser's cookies: it lives in the store",
                cog_session_id_text(flow->pool, session));
        session->is_stored = 1;
        err = seal_session(flow, session, sealed);
    }
    return err;
}

/* Where all is too much, those that renew the session go before those that are only
 * handed on. */
static cog_err_t put_tokens(cog_flow_t *flow, const cog_session_t *session,
                            const cog_session_tokens_t *tokens)
{
    const cog_client_conf_t *client = flow->place->client;
    cog_session_tokens_t least = *tokens;
    cog_err_t err = cog_stored_tokens_put(flow, client, session, tokens);

    COG_REQUIRE(err == COG_E_SESSION_TOO_LARGE, err);
    least.id_token = cog_secret_of(NULL);
    least.access_token = cog_secret_of(NULL);
    return cog_stored_tokens_put(flow, client, session, &least);
}

/* Without its tokens a session lives on, until its claims end. */
static void store_tokens(cog_flow_t *flow, const cog_session_t *session,
                         const cog_session_tokens_t *tokens)
{
    cog_err_t err = put_tokens(flow, session, tokens);

    if (err != COG_OK) {
        COG_LOG(flow->ports->log, WARNING, 3020,
                "the tokens of session %s fit neither cookies nor store (%s): it cannot "
                "be renewed, and its sign-out cannot revoke them",
                cog_session_id_text(flow->pool, session), cog_err_name(err));
    }
}

static cog_err_t write_stored(cog_flow_t *flow, const cog_session_t *session,
                              const cog_session_tokens_t *tokens, cog_reply_t *reply)
{
    const cog_client_conf_t *client = flow->place->client;

    COG_TRY(put_tokens(flow, session, tokens));
    COG_TRY(cog_stored_session_put(flow, client, session));
    remove_cookie(flow, client->tokens_cookie, reply);
    return COG_OK;
}

static cog_err_t write_tokens(cog_flow_t *flow, const cog_session_t *session,
                              const cog_session_tokens_t *tokens, size_t room,
                              cog_reply_t *reply)
{
    const char *name = flow->place->client->tokens_cookie;
    const char *sealed;
    cog_err_t err = seal_tokens(flow, session, tokens, &sealed);

    COG_REQUIRE(err == COG_OK || err == COG_E_TOO_LARGE, err);
    if (err == COG_OK && strlen(sealed) <= room) {
        return write_cookie(flow, name, sealed, reply);
    }
    store_tokens(flow, session, tokens);
    remove_cookie(flow, name, reply);
    return COG_OK;
}

/* The session's own cookie comes last: no failure leaves half of a session behind. */
cog_err_t cog_session_write(cog_flow_t *flow, cog_session_t *session,
                            const cog_session_tokens_t *tokens, cog_reply_t *reply)
{
    const char *sealed;
    size_t len, room;

    COG_TRY(find_home(flow, session, &sealed));
    len = strlen(sealed);
    room = cog_cookie_room_make(flow, len, reply);
    if (session->is_stored) {
        COG_TRY(write_stored(flow, session, tokens, reply));
    }
    else {
        COG_TRY(write_tokens(flow, session, tokens, room - len, reply));
    }
    reply->tokens = apr_pmemdup(flow->pool, tokens, sizeof(*tokens));
    return write_cookie(flow, flow->place->client->session_cookie, sealed, reply);
}

/* Its refresh token is good for weeks, and nobody will need it again. */
static void revoke_tokens(cog_flow_t *flow, const cog_session_t *session,
                          cog_reply_t *reply)
{
    const cog_client_conf_t *client = flow->place->client;
    cog_session_tokens_t tokens;

    if (cog_session_tokens(flow, client, session, &tokens) == COG_OK) {
        cog_token_revoke_afterwards(flow, client, tokens.refresh_token, reply);
    }
}

/* One that was over already ends no more. */
static void tell_of_end(const cog_flow_t *flow, const cog_session_t *previous)
{
    const cog_session_limits_t limits = cog_flow_limits(flow);

    if (cog_session_check(previous, &limits, cog_flow_now(flow)) == COG_OK) {
        cog_flow_count(flow, COG_EVENT_ENDED_BY_LOGIN);
        cog_flow_audit_logout(flow, "login", flow->place->client, previous);
    }
}

/* What the browser held before is dead from now on, also for who has copied it. */
static void end_previous(cog_flow_t *flow, cog_reply_t *reply)
{
    cog_session_t *previous;

    if (cog_session_open(flow, flow->place->client, &previous) != COG_OK ||
        cog_session_is_revoked(flow, previous)) {
        return;
    }
    tell_of_end(flow, previous);
    revoke_tokens(flow, previous, reply);
    cog_session_revoke(flow, previous);
    if (previous->is_stored) {
        cog_stored_session_forget(flow, previous);
    }
}

cog_err_t cog_session_start(cog_flow_t *flow, cog_session_t *session,
                            const cog_session_tokens_t *tokens, cog_reply_t *reply)
{
    const cog_random_t *random = flow->ports->random;

    COG_TRY(random->fill(random->context, session->id, sizeof(session->id)));
    session->created = cog_flow_now(flow);
    session->seen = session->created;
    session->renewals = 0;
    session->is_stored = flow->conf->has_stored_sessions;
    COG_TRY(cog_session_write(flow, session, tokens, reply));
    end_previous(flow, reply);
    cog_flow_count(flow, COG_EVENT_SESSION_STARTED);
    COG_LOG(flow->ports->log, INFO, 3021, "login of sub %s, session %s",
            cog_text_for_log(flow->pool, session->subject, 255),
            cog_session_id_text(flow->pool, session));
    return COG_OK;
}

/* Has it been renewed, or removed, since it was read? Hardly, unless it is time for it.
 */
static int is_overtaken(const cog_flow_t *flow, const cog_session_t *session)
{
    cog_session_t *found;

    return cog_session_wants_renewal(session, cog_flow_now(flow)) &&
           (cog_stored_session_get(flow, flow->place->client, session->id, &found) !=
                COG_OK ||
            found->renewals > session->renewals);
}

cog_err_t cog_session_touch(cog_flow_t *flow, const cog_session_t *session,
                            cog_reply_t *reply)
{
    cog_session_t touched = *session;
    const char *sealed;

    touched.seen = cog_flow_now(flow);
    if (touched.is_stored && is_overtaken(flow, session)) {
        return COG_OK;
    }
    if (touched.is_stored) {
        return cog_stored_session_put(flow, flow->place->client, &touched);
    }
    COG_TRY(seal_session(flow, &touched, &sealed));
    return write_cookie(flow, flow->place->client->session_cookie, sealed, reply);
}

void cog_session_end(cog_flow_t *flow, const cog_client_conf_t *client,
                     const cog_session_t *session, cog_reply_t *reply)
{
    if (session) {
        cog_session_revoke(flow, session);
        cog_stored_session_forget(flow, session);
    }
    remove_cookie(flow, client->session_cookie, reply);
    remove_cookie(flow, client->tokens_cookie, reply);
}
