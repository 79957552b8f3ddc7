#include "oidc/id_token.h"

#include <string.h>

#include "base/json.h"
#include "crypto/digest.h"
#include "oidc/token_rules.h"

static int is_for(const json_t *claims, const char *client_id)
{
    const char *audience = cog_token_audience(claims);

    return audience && strcmp(audience, client_id) == 0 &&
           (cog_token_claim_is_absent(claims, "azp") ||
            cog_token_claim_is(claims, "azp", client_id));
}

static cog_err_t check_nonce(const json_t *claims, const char *expected)
{
    cog_secret_t presented = cog_secret_of(cog_json_string(claims, "nonce"));

    COG_REQUIRE(cog_secret_equal(presented, cog_secret_of(expected)), COG_E_TOKEN_NONCE);
    return COG_OK;
}

/* OpenID Connect Core 1.0, 3.1.3.7, steps 2 to 5, 9 and 10, and 2 */
static cog_err_t check_all_but_nonce(const json_t *claims,
                                     const cog_id_token_expect_t *expect)
{
    COG_REQUIRE(cog_token_claim_is(claims, "iss", expect->issuer), COG_E_TOKEN_ISSUER);
    COG_REQUIRE(cog_token_claim_is(claims, "token_use", "id"), COG_E_TOKEN_USE);
    COG_REQUIRE(is_for(claims, expect->client_id), COG_E_TOKEN_AUDIENCE);
    COG_TRY(cog_token_check_times(claims, expect->now, expect->leeway));
    return cog_token_check_subject(claims);
}

cog_err_t cog_id_token_check(const json_t *claims, const cog_id_token_expect_t *expect)
{
    COG_TRY(check_all_but_nonce(claims, expect));
    /* step 11 */
    return check_nonce(claims, expect->nonce);
}

static int is_before(const json_t *claims, const char *name, json_int_t time)
{
    json_int_t seconds;

    return cog_json_whole(claims, name, &seconds) && seconds < time;
}

cog_err_t cog_id_token_check_renewed(const json_t *claims,
                                     const cog_id_token_expect_t *expect,
                                     const char *subject, json_int_t auth_time)
{
    COG_TRY(check_all_but_nonce(claims, expect));
    COG_REQUIRE(cog_token_claim_is(claims, "sub", subject), COG_E_TOKEN_SUBJECT);
    COG_REQUIRE(!is_before(claims, "auth_time", auth_time), COG_E_TOKEN_TIME);
    if (cog_token_claim_is_absent(claims, "nonce")) {
        return COG_OK;
    }
    return check_nonce(claims, expect->nonce);
}

cog_err_t cog_id_token_check_hash(apr_pool_t *pool, const json_t *claims,
                                  cog_secret_t access_token)
{
    cog_secret_t presented = cog_secret_of(cog_json_string(claims, "at_hash"));

    if (cog_token_claim_is_absent(claims, "at_hash")) {
        return COG_OK;
    }
    /* OpenID Connect Core 1.0, 3.1.3.8 */
    COG_REQUIRE(
        cog_secret_equal(presented, cog_secret_of(cog_digest_half(pool, access_token))),
        COG_E_TOKEN_HASH);
    return COG_OK;
}
