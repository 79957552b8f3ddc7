#include "test/unit/unit.h"

#include <apr_strings.h>

#include "base/query.h"
#include "oidc/token.h"

static const cog_code_grant_t grant = {
    .code = {"c+1/2", 5},
    .redirect_uri = "https://site.test/.cognito/callback",
    .code_verifier = {"v-1",   3},
};

static cog_client_credentials_t credentials(const char *secret, cog_client_auth_t method)
{
    return (cog_client_credentials_t){"app", cog_secret_of(secret), method};
}

static void redeems_a_code_with_basic(void **state)
{
    cog_client_credentials_t client = credentials("s3cr3t", COG_CLIENT_AUTH_BASIC);
    cog_form_request_t request;

    cog_token_request(*state, &client, &grant, &request);
    assert_string_equal(request.body.bytes,
                        "grant_type=authorization_code&code=c%2B1%2F2"
                        "&redirect_uri=https%3A%2F%2Fsite.test%2F.cognito%2Fcallback"
                        "&code_verifier=v-1&client_id=app");
    assert_int_equal(request.body.len, strlen(request.body.bytes));
    assert_string_equal(request.authorization.bytes, "Basic YXBwOnMzY3IzdA==");
    assert_int_equal(request.authorization.len, strlen(request.authorization.bytes));
}

static void redeems_a_code_with_post(void **state)
{
    cog_client_credentials_t client = credentials("a+b&c", COG_CLIENT_AUTH_POST);
    cog_form_request_t request;

    cog_token_request(*state, &client, &grant, &request);
    assert_non_null(strstr(request.body.bytes, "&client_id=app&client_secret=a%2Bb%26c"));
    assert_false(cog_secret_is_set(request.authorization));
}

static void redeems_a_code_for_a_public_client(void **state)
{
    cog_client_auth_t methods[] = {COG_CLIENT_AUTH_BASIC, COG_CLIENT_AUTH_POST};

    for (size_t i = 0; i < COUNT(methods); ++i) {
        cog_client_credentials_t client = credentials(NULL, methods[i]);
        cog_form_request_t request;

        cog_token_request(*state, &client, &grant, &request);
        assert_false(cog_secret_is_set(request.authorization));
        assert_non_null(strstr(request.body.bytes, "&client_id=app"));
        assert_null(strstr(request.body.bytes, "client_secret"));
    }
}

/* base64 of "app:%3A%2B%25%2F+%C3%BC", which is app:":+%/ ü" form-encoded */
static void encodes_an_odd_secret_before_it_joins(void **state)
{
    cog_client_credentials_t client = credentials(":+%/ \xc3\xbc", COG_CLIENT_AUTH_BASIC);
    cog_form_request_t request;

    cog_token_request(*state, &client, &grant, &request);
    assert_string_equal(request.authorization.bytes,
                        "Basic YXBwOiUzYSUyYiUyNSUyZislYzMlYmM=");
}

static void leaves_the_callers_secret_alone(void **state)
{
    static char secret[] = "plain";
    static char odd[] = "o:dd";
    apr_pool_t *pool;

    apr_pool_create(&pool, *state);
    for (int i = 0; i < 2; ++i) {
        cog_client_credentials_t client =
            credentials(i ? odd : secret, COG_CLIENT_AUTH_BASIC);
        cog_form_request_t request;

        cog_token_request(pool, &client, &grant, &request);
    }
    apr_pool_destroy(pool);
    assert_string_equal(secret, "plain");
    assert_string_equal(odd, "o:dd");
    assert_string_equal(grant.code.bytes, "c+1/2");
}

static void revokes_with_basic_whatever_the_method(void **state)
{
    cog_client_credentials_t client = credentials("s3cr3t", COG_CLIENT_AUTH_POST);
    cog_form_request_t request;

    cog_revoke_request(*state, &client, cog_secret_of("r.1.2"), &request);
    assert_string_equal(request.body.bytes, "token=r.1.2&client_id=app");
    assert_string_equal(request.authorization.bytes, "Basic YXBwOnMzY3IzdA==");
}

static void revokes_for_a_public_client(void **state)
{
    cog_client_credentials_t client = credentials(NULL, COG_CLIENT_AUTH_BASIC);
    cog_form_request_t request;

    cog_revoke_request(*state, &client, cog_secret_of("r.1.2"), &request);
    assert_string_equal(request.body.bytes, "token=r.1.2&client_id=app");
    assert_false(cog_secret_is_set(request.authorization));
}

#define ID      "'id_token':'i.d.t',"
#define ACCESS  "'access_token':'a.c.c',"
#define REFRESH "'refresh_token':'r.e.f.r.e',"
#define BEARER  "'token_type':'Bearer'"
#define ALL     "{" ID ACCESS REFRESH "'expires_in':3600," BEARER "}"

/* clang-format off */
static const struct {
    const char *rule;
    int status;
    const char *body;
    cog_err_t result;
} answers[] = {
    {"all",                        200, ALL, COG_OK},
    {"unknown members",            200, "{" ID ACCESS "'x':[1]," BEARER "}", COG_OK},
    {"no refresh token",           200, "{" ID ACCESS BEARER "}", COG_OK},
    {"bearer in lower case",       200, "{" ID ACCESS "'token_type':'bearer'}", COG_OK},
    {"BEARER in upper case",       200, "{" ID ACCESS "'token_type':'BEARER'}", COG_OK},
    {"another token type",         200, "{" ID ACCESS "'token_type':'mac'}", COG_E_IDP_ANSWER},
    {"no token type",              200, "{" ID ACCESS "'x':1}", COG_E_IDP_ANSWER},
    {"token type is a number",     200, "{" ID ACCESS "'token_type':1}", COG_E_IDP_ANSWER},
    {"no ID token",                200, "{" ACCESS BEARER "}", COG_E_IDP_ANSWER},
    {"empty ID token",             200, "{'id_token':''," ACCESS BEARER "}", COG_E_IDP_ANSWER},
    {"ID token is an object",      200, "{'id_token':{}," ACCESS BEARER "}", COG_E_IDP_ANSWER},
    {"no access token",            200, "{" ID BEARER "}", COG_E_IDP_ANSWER},
    {"access token twice",         200, "{" ID ACCESS ACCESS BEARER "}", COG_E_IDP_ANSWER},
    {"error under 200",            200, "{'error':'invalid_grant'," ID ACCESS BEARER "}", COG_E_IDP_ANSWER},
    {"HTML under 200",             200, "<html></html>", COG_E_IDP_ANSWER},
    {"nothing under 200",          200, "", COG_E_IDP_ANSWER},
    {"cut off",                    200, "{" ID ACCESS, COG_E_IDP_ANSWER},
    {"trailing data",              200, ALL "x", COG_E_IDP_ANSWER},
    {"array",                      200, "[" ALL "]", COG_E_IDP_ANSWER},
    {"another success",            201, ALL, COG_E_IDP_ANSWER},
    {"redirect",                   302, ALL, COG_E_IDP_ANSWER},
    {"used code",                  400, "{'error':'invalid_grant'}", COG_E_IDP_GRANT},
    {"wrong secret",               400, "{'error':'invalid_client','error_description':'invalid_client_secret'}",
     COG_E_IDP_CLIENT},
    {"wrong secret, by the book",  401, "{'error':'invalid_client'}", COG_E_IDP_CLIENT},
    {"other redirect URI",         400, "{'error':'unauthorized_client','error_description':'invalid_redirect'}",
     COG_E_IDP_REDIRECT_URI},
    {"bad verifier",               400, "{'error':'invalid_request'}", COG_E_IDP_ANSWER},
    {"bad scope",                  400, "{'error':'invalid_scope'}", COG_E_IDP_ANSWER},
    {"grant not allowed",          400, "{'error':'unsupported_grant_type'}", COG_E_IDP_ANSWER},
    {"throttled by the API",       400, "{'__type':'TooManyRequestsException','message':'Rate exceeded'}",
     COG_E_IDP_BUSY},
    {"unknown error",              400, "{'error':'TooManyRequestsException'}", COG_E_IDP_BUSY},
    {"error is no string",         400, "{'error':['invalid_grant']}", COG_E_IDP_BUSY},
    {"wrong method",               405, "", COG_E_IDP_BUSY},
    {"firewall",                   403, "<html>Request blocked</html>", COG_E_IDP_BUSY},
    {"throttled",                  429, "{'error':'invalid_grant'}", COG_E_IDP_BUSY},
    {"broken",                     500, "{'error':'invalid_grant'}", COG_E_IDP_BUSY},
    {"overloaded",                 503, "", COG_E_IDP_BUSY},
};

/* Odd values are as good as none: the token's own exp counts. */
static const struct {
    const char *member;
    json_int_t seconds;
} lifetimes[] = {
    {"'expires_in':3600,", 3600},   {"'expires_in':0,", 0},        {"'expires_in':-1,", 0},
    {"'expires_in':3600.9,", 3600}, {"'expires_in':1e300,", 0},    {"'expires_in':-1e300,", 0},
    {"'expires_in':'3600',", 0},    {"'expires_in':null,", 0},     {"", 0},
    {"'expires_in':9223372036854775807,", 0},                      {"'expires_in':[],", 0},
};

static const struct {
    const char *body;
    const char *text;
} errors[] = {
    {"{'error':'invalid_grant'}", "invalid_grant"},
    {"{'error':'invalid_client','error_description':'invalid_client_secret'}",
     "invalid_client: invalid_client_secret"},
    {"{'__type':'TooManyRequestsException','message':'Rate exceeded'}",
     "TooManyRequestsException: Rate exceeded"},
    {"{'message':'Forbidden'}", "-: Forbidden"},
    {"{'error':'a\\nb'}", "a\\nb"},
    {ALL, "-"}, {"<html>", "-"}, {"", "-"}, {"{'error':7}", "-"},
};
/* clang-format on */

static void tells_answers_apart(void **state)
{
    for (size_t i = 0; i < COUNT(answers); ++i) {
        cog_tokens_t tokens;

        assert_result(answers[i].rule,
                      cog_tokens_parse(*state, answers[i].status,
                                       json_span(*state, answers[i].body), &tokens),
                      answers[i].result);
    }
}

static void reads_the_tokens(void **state)
{
    cog_tokens_t tokens;

    assert_int_equal(cog_tokens_parse(*state, 200, json_span(*state, ALL), &tokens),
                     COG_OK);
    assert_string_equal(tokens.id_token.bytes, "i.d.t");
    assert_string_equal(tokens.access_token.bytes, "a.c.c");
    assert_string_equal(tokens.refresh_token.bytes, "r.e.f.r.e");
    assert_int_equal(tokens.refresh_token.len, 9);
    assert_int_equal(tokens.expires_in, 3600);
}

static void does_not_make_up_a_refresh_token(void **state)
{
    cog_tokens_t tokens;

    assert_int_equal(cog_tokens_parse(*state, 200,
                                      json_span(*state, "{" ID ACCESS BEARER "}"),
                                      &tokens),
                     COG_OK);
    assert_false(cog_secret_is_set(tokens.refresh_token));
}

static void never_overflows_a_lifetime(void **state)
{
    for (size_t i = 0; i < COUNT(lifetimes); ++i) {
        const char *body =
            apr_pstrcat(*state, "{", lifetimes[i].member, ID ACCESS BEARER "}", NULL);
        cog_tokens_t tokens;

        assert_result(lifetimes[i].member,
                      cog_tokens_parse(*state, 200, json_span(*state, body), &tokens),
                      COG_OK);
        assert_int_equal(tokens.expires_in, lifetimes[i].seconds);
    }
}

static void takes_tokens_of_a_user_in_many_groups(void **state)
{
    size_t len = 100000;
    char *token = apr_palloc(*state, len + 1);
    cog_tokens_t tokens;
    const char *body;

    memset(token, 'x', len);
    token[len] = '\0';
    body = apr_pstrcat(*state, "{'id_token':'", token, "'," ACCESS BEARER "}", NULL);
    assert_int_equal(cog_tokens_parse(*state, 200, json_span(*state, body), &tokens),
                     COG_OK);
    assert_int_equal(tokens.id_token.len, len);
}

static void shows_the_error_but_no_token(void **state)
{
    for (size_t i = 0; i < COUNT(errors); ++i) {
        assert_string_equal(
            cog_tokens_error_text(*state, json_span(*state, errors[i].body)),
            errors[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(redeems_a_code_with_basic),
        cmocka_unit_test_with_pool(redeems_a_code_with_post),
        cmocka_unit_test_with_pool(redeems_a_code_for_a_public_client),
        cmocka_unit_test_with_pool(encodes_an_odd_secret_before_it_joins),
        cmocka_unit_test_with_pool(leaves_the_callers_secret_alone),
        cmocka_unit_test_with_pool(revokes_with_basic_whatever_the_method),
        cmocka_unit_test_with_pool(revokes_for_a_public_client),
        cmocka_unit_test_with_pool(tells_answers_apart),
        cmocka_unit_test_with_pool(reads_the_tokens),
        cmocka_unit_test_with_pool(does_not_make_up_a_refresh_token),
        cmocka_unit_test_with_pool(never_overflows_a_lifetime),
        cmocka_unit_test_with_pool(takes_tokens_of_a_user_in_many_groups),
        cmocka_unit_test_with_pool(shows_the_error_but_no_token),
    };

    return cmocka_run_group_tests_name("oidc/token", tests, NULL, NULL);
}
