#include "flow/assertion/assertion.h"

#include <apr_strings.h>
#include <string.h>

#include "base/claim.h"
#include "base/json.h"
#include "base/log.h"
#include "base/pack.h"
#include "flow/assertion/assertion_claims.h"
#include "flow/token_cache.h"

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When a session ends that nobody uses or renews. */
static int64_t end_of(const cog_flow_t *flow, const cog_session_t *session)
{
    const cog_session_limits_t limits = cog_flow_limits(flow);
    int64_t end =
        smaller(session->created + limits.max_sec, session->seen + limits.idle_sec);

    return session->expires > 0 ? smaller(end, session->expires + flow->conf->grace_sec)
                                : end;
}

static cog_err_t sign(const cog_assertion_draft_t *draft, cog_secret_t *jwt)
{
    const cog_flow_t *flow = draft->flow;
    cog_statement_t statement;

    COG_TRY(cog_assertion_write(draft, &statement));
    return cog_signing_keys_sign(flow->conf->signing_keys, flow->pool, draft->now,
                                 &statement, jwt);
}

static void pack_claims(cog_packer_t *packer, const apr_array_header_t *claims)
{
    for (int i = 0; i < claims->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(claims, i, cog_claim_t);

        cog_pack_text(packer, claim->name);
        cog_pack_number(packer, claim->kind);
        cog_pack_text(packer, claim->value);
    }
}

/* All that two of them could differ in, beside times. By its last octets it is looked for
 * (token_cache.c): whose it is stands there, and the end of whom it is for. The last NUL
 * does not count. */
static cog_secret_t name_of(const cog_assertion_draft_t *draft)
{
    const cog_flow_t *flow = draft->flow;
    const cog_assertion_options_t *options = draft->options;
    const cog_session_t *session = draft->session;
    cog_packer_t packer;
    cog_span_t packed;

    cog_pack_begin(flow->pool, &packer, 1024);
    cog_pack_number(&packer, options->form);
    cog_pack_text(&packer, options->signer);
    cog_pack_number(&packer, (uint64_t)options->ttl_sec);
    cog_pack_text(&packer, flow->place->client->client_id);
    cog_pack_text(&packer, flow->place->client->issuer);
    pack_claims(&packer, options->claims);
    cog_pack_text(&packer, options->audience);
    cog_pack_bytes(&packer, session->id, sizeof(session->id));
    cog_pack_text(&packer, session->subject);
    packed = cog_pack_end(&packer);
    return (cog_secret_t){(const char *)packed.bytes, packed.len - 1};
}

/* With its NUL, and followed by when it ends. */
static void remember(const cog_assertion_draft_t *draft, const cog_token_key_t *key,
                     cog_secret_t jwt)
{
    int64_t until = draft->now + (draft->expires - draft->now) * 3 / 4;
    cog_packer_t packer;

    cog_pack_begin(draft->flow->pool, &packer, jwt.len + 16);
    cog_pack_text(&packer, jwt.bytes);
    cog_pack_number(&packer, (uint64_t)draft->expires);
    if (until > draft->now) {
        cog_token_cache_keep(draft->flow->conf->assertions, key, cog_pack_end(&packer),
                             until);
    }
}

/* A place may let sessions live for a shorter time than the one that it was made at. */
static int is_remembered(const cog_assertion_draft_t *draft, const cog_token_key_t *key,
                         int64_t session_end, cog_secret_t *jwt)
{
    cog_unpacker_t unpacker;
    cog_span_t record;
    const char *text;
    int64_t expires;

    if (cog_token_cache_find(draft->flow->conf->assertions, draft->flow->pool, key,
                             draft->now, &record) != COG_OK) {
        return 0;
    }
    cog_unpack_begin(&unpacker, record);
    text = cog_unpack_text(&unpacker);
    expires = (int64_t)cog_unpack_number(&unpacker);
    *jwt = cog_secret_of(text);
    return cog_unpack_is_complete(&unpacker) && expires <= session_end;
}

cog_err_t cog_assertion_make(const cog_flow_t *flow,
                             const cog_assertion_options_t *options,
                             const cog_session_t *session, const cog_bearer_t *bearer,
                             cog_secret_t *jwt)
{
    cog_assertion_draft_t draft = {flow, options, session, cog_flow_now(flow), 0, NULL};
    int64_t session_end = bearer ? (int64_t)bearer->facts.expires : end_of(flow, session);
    cog_token_key_t key = {name_of(&draft), flow->conf, 0};

    if (is_remembered(&draft, &key, session_end, jwt)) {
        return COG_OK;
    }
    draft.expires = smaller(draft.now + options->ttl_sec, session_end);
    draft.claims = cog_json_own(flow->pool, json_object());
    COG_TRY(sign(&draft, jwt));
    remember(&draft, &key, *jwt);
    COG_LOG(flow->ports->log, DEBUG, 3500, "assertion for session %s, good for %d s",
            cog_session_id_text(flow->pool, session), (int)(draft.expires - draft.now));
    return COG_OK;
}
