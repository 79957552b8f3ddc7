/* What a page's script may know of its user's session: who it is, and how long it lasts.
 * A look and nothing else: it neither lengthens nor renews the session, or a page that is
 * left open would keep its user signed in for ever. */
#include <string.h>

#include "base/claim.h"
#include "base/json.h"
#include "base/query.h"
#include "flow/handlers.h"
#include "flow/login/login.h"
#include "flow/navigation.h"
#include "flow/session/session_lookup.h"
#include "oidc/claim_patterns.h"
#include "oidc/groups.h"

static json_t *exported_claims(const cog_flow_t *flow, const cog_session_t *session)
{
    const apr_array_header_t *all =
        cog_groups_select(flow->pool, session->claims, flow->place->groups);
    json_t *claims = json_object();

    for (int i = 0; i < all->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(all, i, cog_claim_t);

        if (cog_claims_are_wanted(flow->place->claims, claim->name)) {
            json_object_set_new(claims, claim->name, cog_claim_json(flow->pool, claim));
        }
    }
    return claims;
}

static json_t *groups_of(const json_t *claims)
{
    json_t *groups = json_object_get(claims, "cognito:groups");

    return json_is_array(groups) ? json_incref(groups) : json_array();
}

static void add_time(json_t *object, const char *name, int64_t time)
{
    json_object_set_new(object, name, json_integer(time));
}

static void add_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, json_string(text));
}

static void describe(const cog_flow_t *flow, const cog_session_t *session,
                     const char *page, cog_reply_t *reply)
{
    const cog_session_limits_t limits = cog_flow_limits(flow);
    json_t *object = cog_json_own(flow->pool, json_object());
    json_t *claims = exported_claims(flow, session);

    json_object_set_new(object, "groups", groups_of(claims));
    json_object_set_new(object, "claims", claims);
    add_time(object, "now", cog_flow_now(flow));
    add_time(object, "idle_until", session->seen + limits.idle_sec);
    add_time(object, "valid_until", session->created + limits.max_sec);
    if (flow->conf->has_renewal && session->renew_at > 0) {
        add_time(object, "renew_at", session->renew_at);
    }
    add_text(object, "login_url", cog_login_url(flow, page, 0));
    add_text(object, "logout_url", cog_flow_own_url(flow, "logout"));
    cog_reply_json(flow->pool, reply, 200, object);
}

/* Where its claims have ended, a page that is asked for now would get new ones, if there
 * is a refresh token. */
static cog_err_t check_renewable(const cog_flow_t *flow, const cog_session_t *session)
{
    cog_session_tokens_t tokens;
    cog_err_t err;

    if (!flow->conf->has_renewal ||
        !cog_session_needs_renewal(session, cog_flow_now(flow))) {
        return COG_OK;
    }
    err = cog_session_tokens(flow, flow->place->client, session, &tokens);
    COG_REQUIRE(err != COG_E_STORE, err);
    COG_REQUIRE(err == COG_OK && cog_secret_is_set(tokens.refresh_token),
                COG_E_SESSION_EXPIRED);
    return COG_OK;
}

static cog_err_t look(cog_flow_t *flow, cog_session_t **session)
{
    COG_TRY(cog_session_load(flow, session));
    return check_renewable(flow, *session);
}

static cog_err_t check_request(const cog_flow_t *flow, cog_reply_t *reply)
{
    COG_TRY(cog_reply_require_method(flow, "GET, HEAD", reply));
    COG_REQUIRE(cog_request_is_from(flow->request, cog_flow_origin(flow)),
                COG_E_CROSS_SITE);
    return COG_OK;
}

/* The page that asks, or another one of this site that it names. */
static cog_err_t find_page(const cog_flow_t *flow, const char **page)
{
    apr_array_header_t *params;
    const char *named;

    COG_TRY(cog_query_parse(flow->pool, flow->request->query, &params));
    named = cog_query_get(params, "return_to");
    if (!named) {
        named = cog_request_referring_path(flow->request, cog_flow_origin(flow));
    }
    *page = cog_flow_return_to(flow, named);
    return COG_OK;
}

cog_err_t cog_flow_session_info(cog_flow_t *flow, cog_reply_t *reply)
{
    cog_session_t *session;
    const char *page;
    cog_err_t err;

    COG_TRY(check_request(flow, reply));
    COG_TRY(find_page(flow, &page));
    flow->place = cog_flow_place_of(flow, page);
    err = look(flow, &session);
    COG_REQUIRE(err != COG_E_STORE && err != COG_E_MISCONFIGURED, err);
    if (err != COG_OK) {
        cog_login_refuse(flow, COG_E_UNAUTHENTICATED, page, 0, reply);
        return COG_OK;
    }
    describe(flow, session, page, reply);
    return COG_OK;
}
