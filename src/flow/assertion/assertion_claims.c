#include "flow/assertion/assertion_claims.h"

#include <apr_strings.h>
#include <string.h>

#include "base/claim.h"
#include "base/claim_names.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "flow/flow.h"

#define JTI_LEN 16

#define GROUPS   "cognito:groups"
#define USERNAME "cognito:username"

/* The same for all who come to this site, whatever they call it. */
static const char *site_of(const cog_flow_t *flow)
{
    return APR_ARRAY_IDX(flow->conf->origins, 0, const char *);
}

static void set_text(const cog_assertion_draft_t *draft, const char *name,
                     const char *text)
{
    json_object_set_new(draft->claims, name, json_string(text));
}

static void set_time(const cog_assertion_draft_t *draft, const char *name,
                     int64_t seconds)
{
    json_object_set_new(draft->claims, name, json_integer(seconds));
}

static const cog_claim_t *claim_at(const cog_assertion_draft_t *draft, int i)
{
    return &APR_ARRAY_IDX(draft->options->claims, i, cog_claim_t);
}

/* No claim takes the place of what is said already. */
static void add_claims(const cog_assertion_draft_t *draft)
{
    for (int i = 0; i < draft->options->claims->nelts; ++i) {
        const cog_claim_t *claim = claim_at(draft, i);

        if (!json_object_get(draft->claims, claim->name)) {
            json_object_set_new(draft->claims, claim->name,
                                cog_claim_json(draft->flow->pool, claim));
        }
    }
}

static void set_frame(const cog_assertion_draft_t *draft, const char *site)
{
    const char *audience = draft->options->audience;

    set_text(draft, "iss", site);
    set_text(draft, "aud", audience ? audience : site);
    set_text(draft, "sub", draft->session->subject);
    set_time(draft, "iat", draft->now);
    set_time(draft, "exp", draft->expires);
}

static cog_err_t set_number(const cog_assertion_draft_t *draft)
{
    const char *jti;

    COG_TRY(
        cog_random_text(draft->flow->pool, draft->flow->ports->random, JTI_LEN, &jti));
    set_text(draft, "jti", jti);
    return COG_OK;
}

/* No `nbf`: a backend whose clock is a second behind would refuse it, and one of Cognito
 * would be about another token. */
static cog_err_t fill_own(const cog_assertion_draft_t *draft)
{
    set_frame(draft, site_of(draft->flow));
    COG_TRY(set_number(draft));
    add_claims(draft);
    json_object_del(draft->claims, "nbf");
    return COG_OK;
}

/* Tells sessions apart, and is of no use here. */
static const char *session_number(const cog_assertion_draft_t *draft)
{
    apr_pool_t *pool = draft->flow->pool;
    const char *id = cog_session_id_text(pool, draft->session);

    return cog_digest_half(pool, cog_secret_of(apr_pstrcat(pool, "pomerium ", id, NULL)));
}

static const char *host_of(apr_pool_t *pool, const char *origin)
{
    const char *authority = strstr(origin, "://") + 3;
    size_t address = *authority == '[' ? strcspn(authority, "]") : 0;

    return apr_pstrndup(pool, authority, address + strcspn(authority + address, ":"));
}

/* Applications rely on a list of groups, be it an empty one. */
static cog_err_t fill_pomerium(const cog_assertion_draft_t *draft)
{
    apr_pool_t *pool = draft->flow->pool;
    const char *email = cog_claims_get(draft->options->claims, "email");
    const char *name = cog_claims_get(draft->options->claims, "name");
    const char *groups = cog_claims_get(draft->options->claims, GROUPS);

    set_frame(draft, host_of(pool, site_of(draft->flow)));
    COG_TRY(set_number(draft));
    set_text(draft, "sid", session_number(draft));
    set_text(draft, "user", draft->session->subject);
    set_text(draft, "email", email ? email : "");
    set_text(draft, "name", name ? name : "");
    json_object_set_new(draft->claims, "groups",
                        cog_claim_list_json(pool, groups ? groups : ""));
    add_claims(draft);
    json_object_del(draft->claims, GROUPS);
    return COG_OK;
}

/* What userInfo says: texts, and nothing of Cognito's own but the user's name. */
static void add_userinfo(const cog_assertion_draft_t *draft)
{
    for (int i = 0; i < draft->options->claims->nelts; ++i) {
        const cog_claim_t *claim = claim_at(draft, i);
        const char *name = strcmp(claim->name, USERNAME) == 0 ? "username" : claim->name;

        if (!cog_text_begins(name, "cognito:") && !cog_text_begins(name, "idp_") &&
            cog_claim_class(claim->name) != COG_CLAIM_NOISE &&
            !json_object_get(draft->claims, name)) {
            set_text(draft, name, claim->value);
        }
    }
}

/* A load balancer says when and by whom behind all others. */
static void fill_alb(const cog_assertion_draft_t *draft)
{
    set_text(draft, "sub", draft->session->subject);
    add_userinfo(draft);
    set_time(draft, "exp", draft->expires);
    set_text(draft, "iss", draft->flow->place->client->issuer);
}

static json_t *alb_header(const cog_assertion_draft_t *draft)
{
    const cog_flow_t *flow = draft->flow;
    const char *signer = draft->options->signer;

    return cog_json_own(flow->pool, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I}",
                                              "typ", "JWT", "kid", "", "alg", "ES256",
                                              "iss", flow->place->client->issuer,
                                              "client", flow->place->client->client_id,
                                              "signer", signer ? signer : site_of(flow),
                                              "exp", (json_int_t)draft->expires));
}

cog_err_t cog_assertion_write(const cog_assertion_draft_t *draft,
                              cog_statement_t *statement)
{
    *statement = (cog_statement_t){draft->claims, NULL};
    switch (draft->options->form) {
    case COG_ASSERTION_OWN:
        COG_TRY(fill_own(draft));
        break;
    case COG_ASSERTION_POMERIUM:
        COG_TRY(fill_pomerium(draft));
        break;
    case COG_ASSERTION_ALB:
        fill_alb(draft);
        statement->alb_header = alb_header(draft);
        break;
    }
    return COG_OK;
}
