#include "oidc/bearer_claims.h"

#include <apr_cstr.h>
#include <string.h>

#include "base/json.h"
#include "oidc/token_rules.h"

static int is_text_or_absent(const json_t *claims, const char *name)
{
    return cog_json_string(claims, name) || cog_token_claim_is_absent(claims, name);
}

/* Access tokens have no audience but that of a resource, or, by a trigger of the user
 * pool, their own client once more. */
static cog_err_t read_resource(const json_t *claims, cog_bearer_facts_t *facts)
{
    const char *audience = cog_token_audience(claims);

    COG_REQUIRE(audience || cog_token_claim_is_absent(claims, "aud"),
                COG_E_TOKEN_AUDIENCE);
    if (audience && strcmp(audience, facts->client_id) != 0) {
        facts->resource = audience;
    }
    return COG_OK;
}

static cog_err_t read_access_token(const json_t *claims, cog_bearer_facts_t *facts)
{
    facts->use = COG_TOKEN_ACCESS;
    facts->client_id = cog_json_string(claims, "client_id");
    COG_REQUIRE(facts->client_id, COG_E_TOKEN_AUDIENCE);
    COG_REQUIRE(is_text_or_absent(claims, "username"), COG_E_TOKEN_SUBJECT);
    COG_REQUIRE(is_text_or_absent(claims, "scope"), COG_E_TOKEN_MALFORMED);
    facts->is_machine = cog_token_claim_is_absent(claims, "username") ||
                        cog_token_claim_is(claims, "sub", facts->client_id);
    return read_resource(claims, facts);
}

static cog_err_t read_id_token(const json_t *claims, cog_bearer_facts_t *facts)
{
    facts->use = COG_TOKEN_ID;
    facts->client_id = cog_token_audience(claims);
    COG_REQUIRE(facts->client_id && *facts->client_id, COG_E_TOKEN_AUDIENCE);
    COG_REQUIRE(cog_token_claim_is_absent(claims, "azp") ||
                    cog_token_claim_is(claims, "azp", facts->client_id),
                COG_E_TOKEN_AUDIENCE);
    return COG_OK;
}

static json_int_t time_or_zero(const json_t *claims, const char *name)
{
    json_int_t seconds;

    return cog_json_whole(claims, name, &seconds) ? seconds : 0;
}

/* Their form has been checked. */
static void read_times(const json_t *claims, cog_bearer_facts_t *facts)
{
    facts->expires = time_or_zero(claims, "exp");
    if (!cog_json_whole(claims, "auth_time", &facts->authenticated)) {
        facts->authenticated = time_or_zero(claims, "iat");
    }
}

cog_err_t cog_bearer_token_read(const json_t *claims, const cog_bearer_expect_t *expect,
                                cog_bearer_facts_t *facts)
{
    cog_bearer_facts_t found = {0};
    int is_access = cog_token_claim_is(claims, "token_use", "access");

    COG_REQUIRE(cog_token_claim_is(claims, "iss", expect->issuer), COG_E_TOKEN_ISSUER);
    COG_REQUIRE(is_access || cog_token_claim_is(claims, "token_use", "id"),
                COG_E_TOKEN_USE);
    COG_TRY(cog_token_check_times(claims, expect->now, expect->leeway));
    COG_TRY(cog_token_check_subject(claims));
    COG_TRY(is_access ? read_access_token(claims, &found)
                      : read_id_token(claims, &found));
    read_times(claims, &found);
    *facts = found;
    return COG_OK;
}

static size_t len_without_slash(const char *url)
{
    size_t len = strlen(url);

    return len > 0 && url[len - 1] == '/' ? len - 1 : len;
}

/* Clients write the root of a host with a slash at its end, or without. */
static int is_same_resource(const char *one, const char *other)
{
    size_t len = len_without_slash(one);

    return len == len_without_slash(other) && strncmp(one, other, len) == 0;
}

cog_err_t cog_bearer_rules_check(const cog_bearer_rules_t *rules,
                                 const cog_bearer_facts_t *facts)
{
    COG_REQUIRE(rules->uses & facts->use, COG_E_TOKEN_USE);
    COG_REQUIRE(apr_cstr_match_list(facts->client_id, rules->client_ids),
                COG_E_TOKEN_AUDIENCE);
    COG_REQUIRE(!facts->resource || (rules->resource &&
                                     is_same_resource(rules->resource, facts->resource)),
                COG_E_TOKEN_RESOURCE);
    return COG_OK;
}

void cog_bearer_claims_unify(json_t *claims, const cog_bearer_facts_t *facts)
{
    json_t *username = json_object_get(claims, "username");

    if (facts->use == COG_TOKEN_ID) {
        json_object_set_new(claims, "client_id", json_string(facts->client_id));
        return;
    }
    json_object_del(claims, "cognito:username");
    if (!facts->is_machine) {
        json_object_set(claims, "cognito:username", username);
    }
    json_object_del(claims, "username");
    json_object_del(claims, "version");
    json_object_del(claims, "device_key");
}
