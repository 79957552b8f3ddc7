#include "oidc/token.h"

#include <apr_base64.h>
#include <apr_cstr.h>
#include <apr_escape.h>
#include <apr_strings.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/query.h"
#include "base/text.h"

#define ANSWER_MAX         (1024 * 1024)
#define LOG_ERROR_MAX      64
#define LOG_ERROR_TEXT_MAX 512

/* A fresh text that nobody else holds becomes a secret. */
static cog_secret_t own_secret(apr_pool_t *pool, const char *text)
{
    size_t len = strlen(text);

    cog_secret_wipe_with(pool, (void *)(uintptr_t)text, len);
    return (cog_secret_t){text, len};
}

/* apr_pescape_urlencoded() gives back what needs no escape: that is not ours to wipe. */
static const char *encode_form(apr_pool_t *pool, const char *text)
{
    const char *encoded = apr_pescape_urlencoded(pool, text);

    return encoded == text ? text : own_secret(pool, encoded).bytes;
}

/* RFC 6749, 2.3.1: both parts are form-encoded before they are joined. */
static cog_secret_t basic_authorization(apr_pool_t *pool,
                                        const cog_client_credentials_t *credentials)
{
    cog_secret_t pair = own_secret(
        pool, apr_pstrcat(pool, encode_form(pool, credentials->client_id), ":",
                          encode_form(pool, credentials->client_secret.bytes), NULL));
    int room = apr_base64_encode_len((int)pair.len);
    char *encoded = apr_palloc(pool, (apr_size_t)room);

    apr_base64_encode(encoded, pair.bytes, (int)pair.len);
    cog_secret_wipe_with(pool, encoded, (size_t)room);
    return own_secret(pool, apr_pstrcat(pool, "Basic ", encoded, NULL));
}

static cog_secret_t no_secret(void)
{
    return cog_secret_of(NULL);
}

/* The client's name stands in the body in any case, as in AWS's own examples. */
static void finish(apr_pool_t *pool, const cog_client_credentials_t *credentials,
                   cog_client_auth_t method, apr_array_header_t *params,
                   cog_form_request_t *request)
{
    int has_secret = cog_secret_is_set(credentials->client_secret);

    cog_query_add(params, "client_id", credentials->client_id);
    request->authorization = no_secret();
    if (has_secret && method == COG_CLIENT_AUTH_BASIC) {
        request->authorization = basic_authorization(pool, credentials);
    }
    else if (has_secret) {
        cog_query_add(params, "client_secret", credentials->client_secret.bytes);
    }
    request->body = own_secret(pool, cog_query_write(pool, params));
}

void cog_token_request(apr_pool_t *pool, const cog_client_credentials_t *credentials,
                       const cog_code_grant_t *grant, cog_form_request_t *request)
{
    apr_array_header_t *params = cog_query_make(pool);

    cog_query_add(params, "grant_type", "authorization_code");
    cog_query_add(params, "code", grant->code.bytes);
    cog_query_add(params, "redirect_uri", grant->redirect_uri);
    cog_query_add(params, "code_verifier", grant->code_verifier.bytes);
    finish(pool, credentials, credentials->method, params, request);
}

void cog_refresh_request(apr_pool_t *pool, const cog_client_credentials_t *credentials,
                         cog_secret_t refresh_token, cog_form_request_t *request)
{
    apr_array_header_t *params = cog_query_make(pool);

    cog_query_add(params, "grant_type", "refresh_token");
    cog_query_add(params, "refresh_token", refresh_token.bytes);
    finish(pool, credentials, credentials->method, params, request);
}

void cog_revoke_request(apr_pool_t *pool, const cog_client_credentials_t *credentials,
                        cog_secret_t refresh_token, cog_form_request_t *request)
{
    apr_array_header_t *params = cog_query_make(pool);

    cog_query_add(params, "token", refresh_token.bytes);
    finish(pool, credentials, COG_CLIENT_AUTH_BASIC, params, request);
}

/* clang-format off */
static const struct {
    const char *error; /* RFC 6749, 5.2 */
    cog_err_t result;
} oauth_errors[] = {
    {"invalid_grant",          COG_E_IDP_GRANT},
    {"invalid_client",         COG_E_IDP_CLIENT},
    {"unauthorized_client",    COG_E_IDP_REDIRECT_URI},
    {"invalid_request",        COG_E_IDP_ANSWER},
    {"invalid_scope",          COG_E_IDP_ANSWER},
    {"unsupported_grant_type", COG_E_IDP_ANSWER},
};
/* clang-format on */

/* What is no OAuth error may be the throttle of the API behind the endpoint. */
static cog_err_t classify(const char *error)
{
    for (size_t i = 0; i < sizeof(oauth_errors) / sizeof(oauth_errors[0]); ++i) {
        if (error && strcmp(error, oauth_errors[i].error) == 0) {
            return oauth_errors[i].result;
        }
    }
    return COG_E_IDP_BUSY;
}

static cog_err_t parse_error(apr_pool_t *pool, int status, cog_span_t body)
{
    json_t *answer;

    COG_REQUIRE(status != 429 && status < 500, COG_E_IDP_BUSY);
    COG_REQUIRE(status >= 400, COG_E_IDP_ANSWER);
    COG_REQUIRE(cog_json_parse(pool, body, ANSWER_MAX, &answer) == COG_OK,
                COG_E_IDP_BUSY);
    return classify(cog_json_string(answer, "error"));
}

static cog_secret_t copy_token(apr_pool_t *pool, const json_t *answer, const char *name)
{
    const char *text = cog_json_string(answer, name);

    return text ? cog_secret_copy(pool, text, strlen(text)) : no_secret();
}

/* `expires_in` is only a hint: odd values count as not said. */
static json_int_t seconds_of(const json_t *answer, const char *name)
{
    json_int_t seconds;

    return cog_json_whole(answer, name, &seconds) ? seconds : 0;
}

static int is_bearer(const char *token_type)
{
    return token_type && apr_cstr_casecmp(token_type, "Bearer") == 0;
}

cog_err_t cog_tokens_parse_renewed(apr_pool_t *pool, int status, cog_span_t body,
                                   cog_tokens_t *tokens)
{
    json_t *answer;
    cog_tokens_t found;

    if (status != 200) {
        return parse_error(pool, status, body);
    }
    COG_REQUIRE(cog_json_parse(pool, body, ANSWER_MAX, &answer) == COG_OK,
                COG_E_IDP_ANSWER);
    COG_REQUIRE(!json_object_get(answer, "error"), COG_E_IDP_ANSWER);
    COG_REQUIRE(is_bearer(cog_json_string(answer, "token_type")), COG_E_IDP_ANSWER);
    found.id_token = copy_token(pool, answer, "id_token");
    found.access_token = copy_token(pool, answer, "access_token");
    found.refresh_token = copy_token(pool, answer, "refresh_token");
    found.expires_in = seconds_of(answer, "expires_in");
    COG_REQUIRE(cog_secret_is_set(found.access_token), COG_E_IDP_ANSWER);
    *tokens = found;
    return COG_OK;
}

cog_err_t cog_tokens_parse(apr_pool_t *pool, int status, cog_span_t body,
                           cog_tokens_t *tokens)
{
    cog_tokens_t found = {0};

    COG_TRY(cog_tokens_parse_renewed(pool, status, body, &found));
    COG_REQUIRE(cog_secret_is_set(found.id_token), COG_E_IDP_ANSWER);
    *tokens = found;
    return COG_OK;
}

/* The API behind the endpoint has other names for the same. */
static const char *either(const json_t *answer, const char *name, const char *other)
{
    const char *text = cog_json_string(answer, name);

    return text ? text : cog_json_string(answer, other);
}

const char *cog_tokens_error_text(apr_pool_t *pool, cog_span_t body)
{
    const char *description;
    const char *error;
    json_t *answer;

    if (cog_json_parse(pool, body, ANSWER_MAX, &answer) != COG_OK) {
        return "-";
    }
    error = either(answer, "error", "__type");
    description = either(answer, "error_description", "message");
    if (!description) {
        return cog_text_for_log(pool, error, LOG_ERROR_MAX);
    }
    return apr_pstrcat(pool, cog_text_for_log(pool, error, LOG_ERROR_MAX), ": ",
                       cog_text_for_log(pool, description, LOG_ERROR_TEXT_MAX), NULL);
}
