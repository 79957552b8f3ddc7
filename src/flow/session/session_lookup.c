#include "flow/session/session_lookup.h"

#include <apr_strings.h>
#include <string.h>

#include "crypto/seal.h"
#include "flow/revocation/session_revocation.h"
#include "flow/session/stored_session.h"
#include "session/cookie_chunks.h"

cog_binding_t cog_session_tokens_binding(apr_pool_t *pool,
                                         const cog_client_conf_t *client,
                                         const cog_session_t *session)
{
    const char *name = apr_pstrcat(pool, client->tokens_cookie, " ",
                                   cog_session_id_text(pool, session), NULL);

    return (cog_binding_t){COG_PURPOSE_TOKENS, client->issuer, client->bound_to, name};
}

static cog_err_t read_cookie(const cog_flow_t *flow, const char *name,
                             const cog_bound_t *bound, cog_span_t *record)
{
    cog_span_t sealed;

    COG_REQUIRE(flow->request->cookies, COG_E_NO_SESSION);
    COG_TRY(cog_cookie_join(flow->pool, flow->request->cookies, name, &sealed));
    return cog_unseal_bound(flow->pool, flow->conf->keyring, bound, sealed, record);
}

cog_err_t cog_session_open(const cog_flow_t *flow, const cog_client_conf_t *client,
                           cog_session_t **session)
{
    cog_session_reference_t reference;
    cog_span_t record;

    COG_TRY(read_cookie(flow, client->session_cookie, &client->session_bound, &record));
    if (cog_session_decode_reference(record, &reference)) {
        return cog_stored_session_get(flow, client, reference.id, session);
    }
    return cog_session_decode(flow->pool, record, session);
}

cog_err_t cog_session_held(const cog_flow_t *flow, const cog_client_conf_t *client,
                           cog_session_reference_t *held)
{
    cog_session_t *session;
    cog_span_t record;

    COG_TRY(read_cookie(flow, client->session_cookie, &client->session_bound, &record));
    if (cog_session_decode_reference(record, held)) {
        return COG_OK;
    }
    COG_TRY(cog_session_decode(flow->pool, record, &session));
    memcpy(held->id, session->id, sizeof(held->id));
    held->created = session->created;
    cog_session_owner(session, held->owner);
    return COG_OK;
}

cog_err_t cog_session_tokens(const cog_flow_t *flow, const cog_client_conf_t *client,
                             const cog_session_t *session, cog_session_tokens_t *tokens)
{
    cog_binding_t binding = cog_session_tokens_binding(flow->pool, client, session);
    cog_bound_t bound = cog_binding_fix(flow->pool, &binding);
    cog_span_t record;

    if (!session->is_stored &&
        read_cookie(flow, client->tokens_cookie, &bound, &record) == COG_OK) {
        return cog_session_tokens_decode(flow->pool, record, tokens);
    }
    return cog_stored_tokens_get(flow, client, session, tokens);
}

cog_err_t cog_session_load(cog_flow_t *flow, cog_session_t **session)
{
    const cog_session_limits_t limits = cog_flow_limits(flow);
    cog_session_t *found;

    COG_REQUIRE(flow->place->client, COG_E_MISCONFIGURED);
    COG_TRY(cog_session_open(flow, flow->place->client, &found));
    COG_REQUIRE(!cog_session_is_revoked(flow, found), COG_E_SESSION_EXPIRED);
    COG_TRY(cog_session_check(found, &limits, cog_flow_now(flow)));
    *session = found;
    return COG_OK;
}
