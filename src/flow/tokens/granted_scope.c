#include "flow/tokens/granted_scope.h"

#include <string.h>

#include "base/json.h"
#include "flow/provider/provider.h"
#include "oidc/bearer_claims.h"
#include "oidc/claim_patterns.h"
#include "oidc/token_rules.h"

#define SCOPE "scope"

static cog_err_t verify(cog_flow_t *flow, cog_secret_t access_token, json_t **claims)
{
    const cog_client_conf_t *client = flow->place->client;
    cog_bearer_expect_t expect = {.now = cog_flow_now(flow),
                                  .leeway = COG_CLOCK_LEEWAY_SEC};
    cog_bearer_facts_t facts;

    COG_TRY(cog_provider_verify(flow, client->provider, access_token, &expect.issuer,
                                claims));
    COG_TRY(cog_bearer_token_read(*claims, &expect, &facts));
    COG_REQUIRE(facts.use == COG_TOKEN_ACCESS, COG_E_TOKEN_USE);
    COG_REQUIRE(strcmp(facts.client_id, client->client_id) == 0, COG_E_TOKEN_AUDIENCE);
    return COG_OK;
}

cog_err_t cog_granted_scope_add(cog_flow_t *flow, const cog_tokens_t *tokens,
                                json_t *claims)
{
    json_t *granted;

    if (!cog_claims_are_named(flow->conf->kept_claims, SCOPE)) {
        return COG_OK;
    }
    COG_TRY(verify(flow, tokens->access_token, &granted));
    COG_REQUIRE(cog_token_claim_is(granted, "sub", cog_json_string(claims, "sub")),
                COG_E_TOKEN_SUBJECT);
    json_object_del(claims, SCOPE); /* the ID token's own word, if any, does not count */
    if (json_object_get(granted, SCOPE)) {
        json_object_set(claims, SCOPE, json_object_get(granted, SCOPE));
    }
    return COG_OK;
}
