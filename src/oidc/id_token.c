#include "oidc/id_token.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

#define SUBJECT_MAX 255

static int claim_equals(const json_t *claims, const char *name, const char *expected)
{
    const char *value = cog_json_string(claims, name);

    return value && strcmp(value, expected) == 0;
}

static int claim_is_absent(const json_t *claims, const char *name)
{
    return json_object_get(claims, name) == NULL;
}

/* One audience: a string, or an array of nothing else. */
static int is_audience(const json_t *claims, const char *client_id)
{
    const json_t *audience = json_object_get(claims, "aud");
    const char *only;

    if (json_array_size(audience) == 1) {
        audience = json_array_get(audience, 0);
    }
    only = json_string_value(audience);
    return only && strcmp(only, client_id) == 0;
}

/* A number that is missing, negative, absurd or of another type reads as 0. */
static json_int_t time_of(const json_t *claims, const char *name)
{
    json_int_t seconds;

    return cog_json_whole(claims, name, &seconds) ? seconds : 0;
}

static int is_past(const json_t *claims, const char *name,
                   const cog_token_expect_t *expect)
{
    json_int_t seconds;

    /* the untrusted number stands alone: nothing can overflow */
    return cog_json_whole(claims, name, &seconds) &&
           seconds <= expect->now + expect->leeway;
}

static int is_past_or_absent(const json_t *claims, const char *name,
                             const cog_token_expect_t *expect)
{
    return claim_is_absent(claims, name) || is_past(claims, name, expect);
}

static cog_err_t check_times(const json_t *claims, const cog_token_expect_t *expect)
{
    COG_REQUIRE(time_of(claims, "exp") > expect->now - expect->leeway,
                COG_E_TOKEN_EXPIRED);
    COG_REQUIRE(is_past(claims, "iat", expect), COG_E_TOKEN_TIME);
    COG_REQUIRE(is_past_or_absent(claims, "nbf", expect), COG_E_TOKEN_TIME);
    COG_REQUIRE(is_past_or_absent(claims, "auth_time", expect), COG_E_TOKEN_TIME);
    return COG_OK;
}

static cog_err_t check_nonce(const json_t *claims, const char *expected)
{
    cog_secret_t presented = cog_secret_of(cog_json_string(claims, "nonce"));

    COG_REQUIRE(cog_secret_equal(presented, cog_secret_of(expected)), COG_E_TOKEN_NONCE);
    return COG_OK;
}

static cog_err_t check_subject(const json_t *claims)
{
    const char *subject = cog_json_string(claims, "sub");

    COG_REQUIRE(subject && strlen(subject) <= SUBJECT_MAX, COG_E_TOKEN_SUBJECT);
    COG_REQUIRE(!cog_text_has_control(subject), COG_E_TOKEN_SUBJECT);
    return COG_OK;
}

cog_err_t cog_id_token_check(const json_t *claims, const cog_token_expect_t *expect)
{
    /* OpenID Connect Core 1.0, 3.1.3.7, steps 2, 3, 4 and 5 */
    COG_REQUIRE(claim_equals(claims, "iss", expect->issuer), COG_E_TOKEN_ISSUER);
    COG_REQUIRE(claim_equals(claims, "token_use", "id"), COG_E_TOKEN_USE);
    COG_REQUIRE(is_audience(claims, expect->client_id), COG_E_TOKEN_AUDIENCE);
    COG_REQUIRE(claim_is_absent(claims, "azp") ||
                    claim_equals(claims, "azp", expect->client_id),
                COG_E_TOKEN_AUDIENCE);
    /* steps 9, 10 and 11 */
    COG_TRY(check_times(claims, expect));
    COG_TRY(check_nonce(claims, expect->nonce));
    /* OpenID Connect Core 1.0, 2 */
    return check_subject(claims);
}

cog_err_t cog_id_token_check_hash(apr_pool_t *pool, const json_t *claims,
                                  cog_secret_t access_token)
{
    cog_secret_t presented = cog_secret_of(cog_json_string(claims, "at_hash"));

    if (claim_is_absent(claims, "at_hash")) {
        return COG_OK;
    }
    /* OpenID Connect Core 1.0, 3.1.3.8 */
    COG_REQUIRE(
        cog_secret_equal(presented, cog_secret_of(cog_digest_half(pool, access_token))),
        COG_E_TOKEN_HASH);
    return COG_OK;
}
