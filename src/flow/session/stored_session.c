#include "flow/session/stored_session.h"

#include <apr_strings.h>

#include "base/pack.h"
#include "crypto/seal.h"
#include "session/session_codec.h"

#define SESSION_KEY "cognito:session:"
#define TOKENS_KEY  "cognito:tokens:"
#define RENEWAL_KEY "cognito:renewal:"

#define SLACK_SEC 60

/* The entry's key is the name in the binding: an entry that was moved does not open. */
static cog_binding_t binding_of(const cog_flow_t *flow, const cog_client_conf_t *client,
                                cog_purpose_t purpose, const char *prefix,
                                const cog_session_t *session)
{
    const char *key =
        apr_pstrcat(flow->pool, prefix, cog_session_id_text(flow->pool, session), NULL);

    return (cog_binding_t){purpose, client->issuer, client->bound_to, key};
}

static cog_err_t put(const cog_flow_t *flow, const cog_binding_t *binding,
                     cog_span_t record, int64_t ttl_sec)
{
    const cog_store_t *store = &flow->ports->store;
    cog_sealer_t sealer = cog_flow_sealer(flow);
    cog_span_t sealed;
    cog_err_t err = cog_seal_bytes(flow->pool, &sealer, binding, record, &sealed);

    if (err == COG_OK) {
        err = store->set(store->context, flow->ports->log, binding->name, sealed,
                         ttl_sec > 0 ? ttl_sec : 1);
    }
    COG_REQUIRE(err != COG_E_TOO_LARGE, COG_E_SESSION_TOO_LARGE);
    return err;
}

static cog_err_t get(const cog_flow_t *flow, const cog_binding_t *binding,
                     cog_span_t *record)
{
    const cog_store_t *store = &flow->ports->store;
    cog_span_t sealed;
    cog_err_t err =
        store->get(store->context, flow->pool, flow->ports->log, binding->name, &sealed);

    COG_REQUIRE(err != COG_E_NOT_FOUND, COG_E_NO_SESSION);
    COG_TRY(err);
    COG_REQUIRE(cog_unseal_bytes(flow->pool, flow->conf->keyring, binding, sealed,
                                 record) == COG_OK,
                COG_E_NO_SESSION);
    return COG_OK;
}

/* Until the session ends in the place that lets it live longest. */
static int64_t rest_of(const cog_flow_t *flow, const cog_session_t *session)
{
    return session->created + flow->conf->longest.max_sec - cog_flow_now(flow);
}

cog_err_t cog_stored_session_put(const cog_flow_t *flow, const cog_client_conf_t *client,
                                 const cog_session_t *session)
{
    cog_binding_t binding =
        binding_of(flow, client, COG_PURPOSE_SESSION, SESSION_KEY, session);
    int64_t rest = rest_of(flow, session);
    int64_t idle = flow->conf->longest.idle_sec;

    return put(flow, &binding, cog_session_encode(flow->pool, session),
               rest < idle ? rest : idle);
}

cog_err_t cog_stored_session_get(const cog_flow_t *flow, const cog_client_conf_t *client,
                                 const unsigned char *id, cog_session_t **session)
{
    cog_session_t named;
    cog_binding_t binding;
    cog_span_t record;

    memcpy(named.id, id, sizeof(named.id));
    binding = binding_of(flow, client, COG_PURPOSE_SESSION, SESSION_KEY, &named);
    COG_TRY(get(flow, &binding, &record));
    COG_TRY(cog_session_decode(flow->pool, record, session));
    (*session)->is_stored = 1;
    return COG_OK;
}

/* Once the claims have ended, and the grace is over, nobody is let in until they are
 * renewed, so that the session ends by the idle limit. */
static int64_t rest_of_tokens(const cog_flow_t *flow, const cog_session_t *session)
{
    const cog_conf_t *conf = flow->conf;
    int64_t rest = rest_of(flow, session);
    int64_t use = session->expires + conf->grace_sec + conf->longest.idle_sec +
                  SLACK_SEC - cog_flow_now(flow);

    return session->expires > 0 && use < rest ? use : rest;
}

cog_err_t cog_stored_tokens_put(const cog_flow_t *flow, const cog_client_conf_t *client,
                                const cog_session_t *session,
                                const cog_session_tokens_t *tokens)
{
    cog_binding_t binding =
        binding_of(flow, client, COG_PURPOSE_TOKENS, TOKENS_KEY, session);

    return put(flow, &binding, cog_session_tokens_encode(flow->pool, tokens),
               rest_of_tokens(flow, session));
}

cog_err_t cog_stored_tokens_get(const cog_flow_t *flow, const cog_client_conf_t *client,
                                const cog_session_t *session,
                                cog_session_tokens_t *tokens)
{
    cog_binding_t binding =
        binding_of(flow, client, COG_PURPOSE_TOKENS, TOKENS_KEY, session);
    cog_span_t record;

    COG_TRY(get(flow, &binding, &record));
    return cog_session_tokens_decode(flow->pool, record, tokens);
}

cog_err_t cog_stored_renewal_put(const cog_flow_t *flow, const cog_client_conf_t *client,
                                 const cog_session_t *session,
                                 const cog_session_tokens_t *tokens)
{
    cog_binding_t binding =
        binding_of(flow, client, COG_PURPOSE_RENEWAL, RENEWAL_KEY, session);
    cog_span_t first = cog_session_encode(flow->pool, session);
    cog_span_t second = cog_session_tokens_encode(flow->pool, tokens);
    cog_packer_t packer;

    cog_pack_begin(flow->pool, &packer, first.len + second.len + 8);
    cog_pack_bytes(&packer, first.bytes, first.len);
    cog_pack_bytes(&packer, second.bytes, second.len);
    return put(flow, &binding, cog_pack_end(&packer), COG_RENEWAL_KEPT_SEC);
}

cog_err_t cog_stored_renewal_get(const cog_flow_t *flow, const cog_client_conf_t *client,
                                 const cog_session_t *old, cog_session_t **session,
                                 cog_session_tokens_t *tokens)
{
    cog_binding_t binding =
        binding_of(flow, client, COG_PURPOSE_RENEWAL, RENEWAL_KEY, old);
    cog_unpacker_t unpacker;
    cog_span_t record, first, second;

    COG_TRY(get(flow, &binding, &record));
    cog_unpack_begin(&unpacker, record);
    first = cog_unpack_span(&unpacker);
    second = cog_unpack_span(&unpacker);
    COG_REQUIRE(cog_unpack_is_complete(&unpacker), COG_E_NO_SESSION);
    COG_TRY(cog_session_tokens_decode(flow->pool, second, tokens));
    return cog_session_decode(flow->pool, first, session);
}

void cog_stored_session_forget(const cog_flow_t *flow, const cog_session_t *session)
{
    static const char *const prefixes[] = {SESSION_KEY, TOKENS_KEY, RENEWAL_KEY};
    const cog_store_t *store = &flow->ports->store;
    const char *id = cog_session_id_text(flow->pool, session);

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); ++i) {
        (void)store->remove(store->context, flow->ports->log,
                            apr_pstrcat(flow->pool, prefixes[i], id, NULL));
    }
}
