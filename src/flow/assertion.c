#include "flow/assertion.h"

#include <apr_strings.h>
#include <string.h>

#include "base/claim.h"
#include "base/claim_names.h"
#include "base/json.h"
#include "base/log.h"
#include "base/pack.h"
#include "base/text.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "crypto/signing_keys.h"
#include "flow/flow_private.h"
#include "flow/token_cache.h"

#define JTI_LEN 16

#define GROUPS   "cognito:groups"
#define USERNAME "cognito:username"

/* One that is being made. */
typedef struct {
    const cog_flow_t *flow;
    const cog_assertion_options_t *options;
    const cog_session_t *session;
    int64_t now;
    int64_t expires;
    json_t *claims;
} making_t;

/* The same for all who come to this site, whatever they call it. */
static const char *site_of(const cog_flow_t *flow)
{
    return APR_ARRAY_IDX(flow->conf->origins, 0, const char *);
}

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

static void set_text(const making_t *making, const char *name, const char *text)
{
    json_object_set_new(making->claims, name, json_string(text));
}

static void set_time(const making_t *making, const char *name, int64_t seconds)
{
    json_object_set_new(making->claims, name, json_integer(seconds));
}

static json_t *list_of(apr_pool_t *pool, const char *joined)
{
    const apr_array_header_t *texts = cog_text_split(pool, joined);
    json_t *list = json_array();

    for (int i = 0; i < texts->nelts; ++i) {
        json_array_append_new(list, json_string(APR_ARRAY_IDX(texts, i, const char *)));
    }
    return list;
}

/* As the token had it. */
static json_t *value_of(apr_pool_t *pool, const cog_claim_t *claim)
{
    json_t *value = NULL;

    if (claim->kind == COG_CLAIM_LIST) {
        return list_of(pool, claim->value);
    }
    if (claim->kind == COG_CLAIM_OTHER) {
        value = json_loads(claim->value, JSON_DECODE_ANY, NULL);
    }
    return value ? value : json_string(claim->value);
}

static const cog_claim_t *claim_at(const making_t *making, int i)
{
    return &APR_ARRAY_IDX(making->options->claims, i, cog_claim_t);
}

/* No claim takes the place of what is said already. */
static void add_claims(const making_t *making)
{
    for (int i = 0; i < making->options->claims->nelts; ++i) {
        const cog_claim_t *claim = claim_at(making, i);

        if (!json_object_get(making->claims, claim->name)) {
            json_object_set_new(making->claims, claim->name,
                                value_of(making->flow->pool, claim));
        }
    }
}

static void set_frame(const making_t *making, const char *site)
{
    const char *audience = making->options->audience;

    set_text(making, "iss", site);
    set_text(making, "aud", audience ? audience : site);
    set_text(making, "sub", making->session->subject);
    set_time(making, "iat", making->now);
    set_time(making, "exp", making->expires);
}

static cog_err_t set_number(const making_t *making)
{
    const char *jti;

    COG_TRY(
        cog_random_text(making->flow->pool, making->flow->ports->random, JTI_LEN, &jti));
    set_text(making, "jti", jti);
    return COG_OK;
}

/* No `nbf`: a backend whose clock is a second behind would refuse it, and one of Cognito
 * would be about another token. */
static cog_err_t fill_own(const making_t *making)
{
    set_frame(making, site_of(making->flow));
    COG_TRY(set_number(making));
    add_claims(making);
    json_object_del(making->claims, "nbf");
    return COG_OK;
}

/* Tells sessions apart, and is of no use here. */
static const char *session_number(const making_t *making)
{
    apr_pool_t *pool = making->flow->pool;
    const char *id = cog_session_id_text(pool, making->session);

    return cog_digest_half(pool, cog_secret_of(apr_pstrcat(pool, "pomerium ", id, NULL)));
}

static const char *host_of(apr_pool_t *pool, const char *origin)
{
    const char *authority = strstr(origin, "://") + 3;
    size_t address = *authority == '[' ? strcspn(authority, "]") : 0;

    return apr_pstrndup(pool, authority, address + strcspn(authority + address, ":"));
}

/* Applications rely on a list of groups, be it an empty one. */
static cog_err_t fill_pomerium(const making_t *making)
{
    apr_pool_t *pool = making->flow->pool;
    const char *email = cog_claims_get(making->options->claims, "email");
    const char *name = cog_claims_get(making->options->claims, "name");
    const char *groups = cog_claims_get(making->options->claims, GROUPS);

    set_frame(making, host_of(pool, site_of(making->flow)));
    COG_TRY(set_number(making));
    set_text(making, "sid", session_number(making));
    set_text(making, "user", making->session->subject);
    set_text(making, "email", email ? email : "");
    set_text(making, "name", name ? name : "");
    json_object_set_new(making->claims, "groups", list_of(pool, groups ? groups : ""));
    add_claims(making);
    json_object_del(making->claims, GROUPS);
    return COG_OK;
}

/* What userInfo says: texts, and nothing of Cognito's own but the user's name. */
static void add_userinfo(const making_t *making)
{
    for (int i = 0; i < making->options->claims->nelts; ++i) {
        const cog_claim_t *claim = claim_at(making, i);
        const char *name = strcmp(claim->name, USERNAME) == 0 ? "username" : claim->name;

        if (!cog_text_begins(name, "cognito:") && !cog_text_begins(name, "idp_") &&
            cog_claim_class(claim->name) != COG_CLAIM_NOISE &&
            !json_object_get(making->claims, name)) {
            set_text(making, name, claim->value);
        }
    }
}

/* A load balancer says when and by whom behind all others. */
static void fill_alb(const making_t *making)
{
    set_text(making, "sub", making->session->subject);
    add_userinfo(making);
    set_time(making, "exp", making->expires);
    set_text(making, "iss", making->flow->place->client->issuer);
}

static json_t *alb_header(const making_t *making)
{
    const cog_flow_t *flow = making->flow;
    const char *signer = making->options->signer;

    return cog_json_own(flow->pool, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I}",
                                              "typ", "JWT", "kid", "", "alg", "ES256",
                                              "iss", flow->place->client->issuer,
                                              "client", flow->place->client->client_id,
                                              "signer", signer ? signer : site_of(flow),
                                              "exp", (json_int_t)making->expires));
}

static cog_err_t sign(const making_t *making, cog_secret_t *jwt)
{
    const cog_flow_t *flow = making->flow;
    cog_statement_t statement = {making->claims, NULL};

    switch (making->options->form) {
    case COG_ASSERTION_OWN:
        COG_TRY(fill_own(making));
        break;
    case COG_ASSERTION_POMERIUM:
        COG_TRY(fill_pomerium(making));
        break;
    case COG_ASSERTION_ALB:
        fill_alb(making);
        statement.alb_header = alb_header(making);
        break;
    }
    return cog_signing_keys_sign(flow->conf->signing_keys, flow->pool, making->now,
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

/* All that two of them could differ in, beside times. */
static cog_secret_t name_of(const making_t *making)
{
    const cog_flow_t *flow = making->flow;
    const cog_assertion_options_t *options = making->options;
    const cog_session_t *session = making->session;
    cog_packer_t packer;
    cog_span_t packed;

    cog_pack_begin(flow->pool, &packer, 1024);
    cog_pack_number(&packer, options->form);
    cog_pack_text(&packer, options->audience);
    cog_pack_text(&packer, options->signer);
    cog_pack_number(&packer, (uint64_t)options->ttl_sec);
    cog_pack_text(&packer, flow->place->client->client_id);
    cog_pack_text(&packer, flow->place->client->issuer);
    cog_pack_bytes(&packer, session->id, sizeof(session->id));
    cog_pack_text(&packer, session->subject);
    pack_claims(&packer, options->claims);
    packed = cog_pack_end(&packer);
    return cog_secret_of(cog_digest_s256(
        flow->pool, (cog_secret_t){(const char *)packed.bytes, packed.len}));
}

/* With its NUL, and followed by when it ends. */
static void remember(const making_t *making, const cog_token_key_t *key, cog_secret_t jwt)
{
    int64_t until = making->now + (making->expires - making->now) * 3 / 4;
    cog_packer_t packer;

    cog_pack_begin(making->flow->pool, &packer, jwt.len + 16);
    cog_pack_text(&packer, jwt.bytes);
    cog_pack_number(&packer, (uint64_t)making->expires);
    if (until > making->now) {
        cog_token_cache_keep(making->flow->conf->assertions, key, cog_pack_end(&packer),
                             until);
    }
}

/* A place may let sessions live for a shorter time than the one that it was made at. */
static int is_remembered(const making_t *making, const cog_token_key_t *key,
                         int64_t session_end, cog_secret_t *jwt)
{
    cog_unpacker_t unpacker;
    cog_span_t record;
    const char *text;
    int64_t expires;

    if (cog_token_cache_find(making->flow->conf->assertions, making->flow->pool, key,
                             making->now, &record) != COG_OK) {
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
    making_t making = {flow, options, session, cog_flow_now(flow), 0, NULL};
    int64_t session_end = bearer ? (int64_t)bearer->facts.expires : end_of(flow, session);
    cog_token_key_t key = {name_of(&making), flow->conf, 0};

    if (is_remembered(&making, &key, session_end, jwt)) {
        return COG_OK;
    }
    making.expires = smaller(making.now + options->ttl_sec, session_end);
    making.claims = cog_json_own(flow->pool, json_object());
    COG_TRY(sign(&making, jwt));
    remember(&making, &key, *jwt);
    COG_LOG(flow->ports->log, DEBUG, 3500, "assertion for session %s, good for %d s",
            cog_session_id_text(flow->pool, session), (int)(making.expires - making.now));
    return COG_OK;
}
