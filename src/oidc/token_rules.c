#include "oidc/token_rules.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define SUBJECT_MAX 255

int cog_token_claim_is(const json_t *claims, const char *name, const char *expected)
{
    const char *value = cog_json_string(claims, name);

    return value && strcmp(value, expected) == 0;
}

int cog_token_claim_is_absent(const json_t *claims, const char *name)
{
    return json_object_get(claims, name) == NULL;
}

const char *cog_token_audience(const json_t *claims)
{
    const json_t *audience = json_object_get(claims, "aud");

    if (json_array_size(audience) == 1) {
        audience = json_array_get(audience, 0);
    }
    return json_string_value(audience);
}

/* A number that is missing, negative, absurd or of another type reads as 0. */
static json_int_t time_of(const json_t *claims, const char *name)
{
    json_int_t seconds;

    return cog_json_whole(claims, name, &seconds) ? seconds : 0;
}

/* The untrusted number stands alone: nothing can overflow. */
static int is_past(const json_t *claims, const char *name, json_int_t latest)
{
    json_int_t seconds;

    return cog_json_whole(claims, name, &seconds) && seconds <= latest;
}

static int is_past_or_absent(const json_t *claims, const char *name, json_int_t latest)
{
    return is_past(claims, name, latest) || cog_token_claim_is_absent(claims, name);
}

cog_err_t cog_token_check_times(const json_t *claims, json_int_t now, json_int_t leeway)
{
    COG_REQUIRE(time_of(claims, "exp") > now - leeway, COG_E_TOKEN_EXPIRED);
    COG_REQUIRE(is_past(claims, "iat", now + leeway), COG_E_TOKEN_TIME);
    COG_REQUIRE(is_past_or_absent(claims, "nbf", now + leeway), COG_E_TOKEN_TIME);
    COG_REQUIRE(is_past_or_absent(claims, "auth_time", now + leeway), COG_E_TOKEN_TIME);
    return COG_OK;
}

cog_err_t cog_token_check_subject(const json_t *claims)
{
    const char *subject = cog_json_string(claims, "sub");

    COG_REQUIRE(subject && strlen(subject) <= SUBJECT_MAX, COG_E_TOKEN_SUBJECT);
    COG_REQUIRE(!cog_text_has_control(subject), COG_E_TOKEN_SUBJECT);
    return COG_OK;
}
