#include "flow/bearer/bearer_token.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/pack.h"
#include "flow/flow.h"
#include "flow/meter.h"
#include "flow/provider/provider.h"
#include "flow/token_cache.h"
#include "oidc/bearer.h"
#include "oidc/claims.h"
#include "oidc/token_rules.h"
#include "session/session_codec.h"

/* What is remembered: the facts, and the claims as a session. */
static cog_span_t encode(apr_pool_t *pool, const cog_bearer_t *bearer)
{
    const cog_bearer_facts_t *facts = &bearer->facts;
    cog_span_t session = cog_session_encode(pool, bearer->session);
    cog_packer_t packer;

    cog_pack_begin(pool, &packer, session.len + 256);
    cog_pack_number(&packer, facts->use);
    cog_pack_number(&packer, (uint64_t)facts->is_machine);
    cog_pack_number(&packer, (uint64_t)facts->expires);
    cog_pack_number(&packer, (uint64_t)facts->authenticated);
    cog_pack_text(&packer, facts->client_id);
    cog_pack_text(&packer, facts->resource);
    cog_pack_bytes(&packer, session.bytes, session.len);
    return cog_pack_end(&packer);
}

static const char *null_if_empty(const char *text)
{
    return *text ? text : NULL;
}

static cog_err_t decode(apr_pool_t *pool, cog_span_t record, cog_bearer_t *bearer)
{
    cog_bearer_facts_t *facts = &bearer->facts;
    cog_unpacker_t unpacker;
    cog_session_t *session;
    cog_span_t packed;

    cog_unpack_begin(&unpacker, record);
    facts->use = (unsigned)cog_unpack_number(&unpacker);
    facts->is_machine = cog_unpack_number(&unpacker) != 0;
    facts->expires = (json_int_t)cog_unpack_number(&unpacker);
    facts->authenticated = (json_int_t)cog_unpack_number(&unpacker);
    facts->client_id = cog_unpack_text(&unpacker);
    facts->resource = null_if_empty(cog_unpack_text(&unpacker));
    packed = cog_unpack_span(&unpacker);
    COG_REQUIRE(cog_unpack_is_complete(&unpacker), COG_E_INTERNAL);
    COG_TRY(cog_session_decode(pool, packed, &session));
    bearer->session = session;
    return COG_OK;
}

/* 0: not known */
static int64_t auth_time_of(const json_t *claims)
{
    json_int_t seconds;

    return cog_json_whole(claims, "auth_time", &seconds) ? seconds : 0;
}

static void make_session(cog_flow_t *flow, json_t *claims, cog_bearer_t *bearer)
{
    const cog_bearer_facts_t *facts = &bearer->facts;
    cog_session_t *session = apr_pcalloc(flow->pool, sizeof(*session));
    cog_secret_t token = bearer->token;

    /* its last octets are of its signature: each token has others */
    memcpy(session->id, token.bytes + token.len - sizeof(session->id),
           sizeof(session->id));
    cog_bearer_claims_unify(claims, facts);
    session->created = facts->authenticated;
    session->seen = cog_flow_now(flow);
    session->auth_time = auth_time_of(claims);
    session->subject = cog_json_string(claims, "sub");
    session->claims =
        cog_claims_select(flow->pool, claims, flow->conf->kept_claims, flow->ports->log);
    bearer->session = session;
}

static cog_err_t verify(cog_flow_t *flow, cog_bearer_t *bearer)
{
    cog_bearer_expect_t expect = {.now = cog_flow_now(flow),
                                  .leeway = COG_CLOCK_LEEWAY_SEC};
    json_t *claims;

    COG_TRY(cog_provider_verify(flow, flow->place->client->provider, bearer->token,
                                &expect.issuer, &claims));
    COG_TRY(cog_bearer_token_read(claims, &expect, &bearer->facts));
    make_session(flow, claims, bearer);
    return COG_OK;
}

/* A text that could not be a token at all is another fault than a bad token. */
static cog_err_t verify_well(cog_flow_t *flow, cog_bearer_t *bearer)
{
    cog_err_t err = verify(flow, bearer);

    return err == COG_E_TOKEN_MALFORMED && !cog_bearer_is_wellformed(bearer->token)
               ? COG_E_BEARER
               : err;
}

/* What differs between places is not remembered, but checked each time. */
static cog_token_key_t key_of(const cog_flow_t *flow, cog_secret_t token)
{
    const cog_client_conf_t *client = flow->place->client;

    return (cog_token_key_t){token, client, cog_provider_generation(client->provider)};
}

static void remember(cog_flow_t *flow, const cog_token_key_t *key,
                     const cog_bearer_t *bearer)
{
    int64_t now = cog_flow_now(flow);
    int64_t until = now + COG_TOKEN_KEPT_SEC;

    if (bearer->facts.expires < until) {
        until = bearer->facts.expires;
    }
    if (until > now) {
        cog_token_cache_keep(flow->conf->token_cache, key, encode(flow->pool, bearer),
                             until);
    }
}

cog_err_t cog_bearer_identify(cog_flow_t *flow, cog_secret_t token,
                              const cog_bearer_t **bearer)
{
    /* the generation is read before the token is verified: by newer keys, at worst */
    const cog_token_key_t key = key_of(flow, token);
    cog_bearer_t *found = apr_pcalloc(flow->pool, sizeof(*found));
    cog_span_t record;

    found->token = token;
    if (cog_token_cache_find(flow->conf->token_cache, flow->pool, &key,
                             cog_flow_now(flow), &record) == COG_OK) {
        COG_LOG(flow->ports->log, TRACE, 3404, "token is known");
        cog_flow_count(flow, COG_EVENT_TOKEN_KNOWN);
        COG_TRY(decode(flow->pool, record, found));
    }
    else {
        COG_TRY(verify_well(flow, found));
        cog_flow_count(flow, COG_EVENT_TOKEN_VERIFIED);
        remember(flow, &key, found);
    }
    *bearer = found;
    return COG_OK;
}
