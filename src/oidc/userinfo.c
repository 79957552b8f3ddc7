#include "oidc/userinfo.h"

#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define ANSWER_MAX (1024 * 1024)

/* What speaks about a token or a sign-in is never taken from userInfo, and its `username`
 * is the ID token's cognito:username. */
static const char *const refused[] = {
    "username",   "iss",     "aud",   "exp",       "iat",       "nbf",       "nonce",
    "at_hash",    "azp",     "acr",   "amr",       "jti",       "sid",       "sub",
    "origin_jti", "version", "scope", "token_use", "auth_time", "client_id", "event_id",
};

static int is_refused(const char *name)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); ++i) {
        if (strcmp(name, refused[i]) == 0) {
            return 1;
        }
    }
    return cog_text_begins(name, "cognito:");
}

static int is_flag(const char *name)
{
    static const char suffix[] = "_verified";
    size_t suffix_len = sizeof(suffix) - 1;
    size_t len = strlen(name);

    return len > suffix_len && strcmp(name + len - suffix_len, suffix) == 0;
}

/* Borrowed. Cognito writes booleans as text here. */
static json_t *read_flag(json_t *value)
{
    const char *text = json_string_value(value);

    if (text && strcmp(text, "true") == 0) {
        return json_true();
    }
    return text && strcmp(text, "false") == 0 ? json_false() : value;
}

/* Borrowed from the pool. Cognito writes the array as text here; NULL when it is none. */
static json_t *read_identities(apr_pool_t *pool, json_t *value)
{
    const char *text = json_string_value(value);
    const char *wrapped;
    json_t *object;

    if (!text) {
        return value;
    }
    wrapped = apr_pstrcat(pool, "{\"identities\":", text, "}", NULL);
    if (cog_json_parse(pool, cog_span_of(wrapped), ANSWER_MAX, &object) != COG_OK) {
        return NULL;
    }
    value = json_object_get(object, "identities");
    return json_is_array(value) ? value : NULL;
}

static json_t *read_value(apr_pool_t *pool, const char *name, json_t *value)
{
    if (is_flag(name)) {
        return read_flag(value);
    }
    return strcmp(name, "identities") == 0 ? read_identities(pool, value) : value;
}

static cog_err_t check_subject(const json_t *answer, const json_t *claims)
{
    const char *told = cog_json_string(answer, "sub");
    const char *known = cog_json_string(claims, "sub");

    /* OpenID Connect Core 1.0, 5.3.2 */
    COG_REQUIRE(told && known && strcmp(told, known) == 0, COG_E_TOKEN_SUBJECT);
    return COG_OK;
}

static cog_err_t check_status(int status)
{
    COG_REQUIRE(status != 429 && status < 500, COG_E_IDP_BUSY);
    COG_REQUIRE(status == 200, COG_E_IDP_ANSWER);
    return COG_OK;
}

cog_err_t cog_userinfo_merge(apr_pool_t *pool, int status, cog_span_t body,
                             json_t *claims)
{
    const char *name;
    json_t *answer;
    json_t *value;

    COG_TRY(check_status(status));
    COG_REQUIRE(cog_json_parse(pool, body, ANSWER_MAX, &answer) == COG_OK,
                COG_E_IDP_ANSWER);
    COG_TRY(check_subject(answer, claims));
    json_object_foreach(answer, name, value)
    {
        if (is_refused(name) || json_object_get(claims, name)) {
            continue;
        }
        value = read_value(pool, name, value);
        COG_REQUIRE(!value || json_object_set(claims, name, value) == 0, COG_E_INTERNAL);
    }
    return COG_OK;
}
