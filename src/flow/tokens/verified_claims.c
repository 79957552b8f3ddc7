#include "flow/tokens/verified_claims.h"

#include "base/log.h"
#include "flow/fetch.h"
#include "flow/provider/provider.h"
#include "flow/tokens/granted_scope.h"
#include "oidc/id_token.h"
#include "oidc/token_rules.h"
#include "oidc/userinfo.h"

static cog_err_t add_userinfo(cog_flow_t *flow, const cog_tokens_t *tokens,
                              json_t *claims)
{
    cog_fetch_request_t request = {.kind = COG_CALL_USERINFO,
                                   .accept = "application/json"};
    cog_fetch_response_t response;
    cog_endpoints_t endpoints;
    cog_err_t err;

    COG_TRY(cog_provider_endpoints(flow, flow->place->client->provider, &endpoints));
    COG_REQUIRE(endpoints.userinfo, COG_E_DISCOVERY);
    request.url = endpoints.userinfo;
    request.authorization = cog_secret_join(flow->pool, "Bearer ", tokens->access_token);
    COG_TRY(cog_flow_fetch(flow, &request, &response));
    err = cog_userinfo_merge(flow->pool, response.status, response.body, claims);
    if (err != COG_OK) {
        COG_LOG(flow->ports->log, WARNING, 3051, "userInfo answered %d: %s",
                response.status, cog_err_text(err));
    }
    return err;
}

static cog_id_token_expect_t expectation(const cog_flow_t *flow, const char *nonce)
{
    return (cog_id_token_expect_t){
        .client_id = flow->place->client->client_id,
        .nonce = nonce,
        .now = cog_flow_now(flow),
        .leeway = COG_CLOCK_LEEWAY_SEC,
    };
}

/* What goes beyond the ID token's own claims. */
static cog_err_t complete(cog_flow_t *flow, const cog_tokens_t *tokens, json_t *claims)
{
    COG_TRY(cog_id_token_check_hash(flow->pool, claims, tokens->access_token));
    COG_TRY(cog_granted_scope_add(flow, tokens, claims));
    return flow->place->client->has_userinfo ? add_userinfo(flow, tokens, claims)
                                             : COG_OK;
}

cog_err_t cog_verified_claims_of_login(cog_flow_t *flow, const cog_login_state_t *login,
                                       const cog_tokens_t *tokens, json_t **claims)
{
    cog_id_token_expect_t expect = expectation(flow, login->nonce);
    json_t *verified;

    COG_TRY(cog_provider_verify(flow, flow->place->client->provider, tokens->id_token,
                                &expect.issuer, &verified));
    COG_TRY(cog_id_token_check(verified, &expect));
    COG_TRY(complete(flow, tokens, verified));
    *claims = verified;
    return COG_OK;
}

cog_err_t cog_verified_claims_of_renewal(cog_flow_t *flow, const cog_session_t *session,
                                         const cog_session_tokens_t *before,
                                         const cog_tokens_t *tokens, json_t **claims)
{
    cog_id_token_expect_t expect = expectation(flow, before->nonce.bytes);
    json_t *verified = NULL;

    if (cog_secret_is_set(tokens->id_token)) {
        COG_TRY(cog_provider_verify(flow, flow->place->client->provider, tokens->id_token,
                                    &expect.issuer, &verified));
        COG_TRY(cog_id_token_check_renewed(verified, &expect, session->subject,
                                           session->auth_time));
        COG_TRY(complete(flow, tokens, verified));
    }
    *claims = verified;
    return COG_OK;
}
