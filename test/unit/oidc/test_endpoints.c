#include "test/unit/unit.h"

#include <apr_strings.h>

#include "oidc/endpoints.h"

#define ISSUER "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"
#define HOST   "https://my-app.auth.eu-west-1.amazoncognito.com"

/* The document of a real pool, member by member; NULL leaves one out. */
typedef struct {
    const char *authorize;
    const char *token;
    const char *jwks;
    const char *userinfo;
    const char *revoke;
    const char *issuer;
} document_t;

#define A "'" HOST "/oauth2/authorize'"
#define T "'" HOST "/oauth2/token'"
#define J "'" ISSUER "/.well-known/jwks.json'"
#define U "'" HOST "/oauth2/userInfo'"
#define R "'" HOST "/oauth2/revoke'"
#define I "'" ISSUER "'"

static const char *member(apr_pool_t *pool, const char *name, const char *value)
{
    return value ? apr_pstrcat(pool, ",'", name, "':", value, NULL) : "";
}

static cog_span_t text_of(apr_pool_t *pool, const document_t *document)
{
    const char *quoted =
        apr_pstrcat(pool, "{'response_types_supported':['code','token']",
                    member(pool, "authorization_endpoint", document->authorize),
                    ",'end_session_endpoint':'https://elsewhere.test/logout'",
                    member(pool, "issuer", document->issuer),
                    member(pool, "jwks_uri", document->jwks),
                    member(pool, "revocation_endpoint", document->revoke),
                    member(pool, "token_endpoint", document->token),
                    member(pool, "userinfo_endpoint", document->userinfo), "}", NULL);

    return json_span(pool, quoted);
}

static void reads_the_document_of_a_pool(void **state)
{
    static const document_t document = {A, T, J, U, R, I};
    cog_endpoints_t found;
    const char *reason;

    assert_int_equal(
        cog_discovery_parse(*state, text_of(*state, &document), ISSUER, &found, &reason),
        COG_OK);
    assert_null(reason);
    assert_string_equal(found.authorize, HOST "/oauth2/authorize");
    assert_string_equal(found.token, HOST "/oauth2/token");
    assert_string_equal(found.jwks, ISSUER "/.well-known/jwks.json");
    assert_string_equal(found.userinfo, HOST "/oauth2/userInfo");
    assert_string_equal(found.revoke, HOST "/oauth2/revoke");
    assert_string_equal(found.logout, HOST "/logout");
    assert_true(cog_endpoints_are_complete(&found));
    assert_false(found.names_issuer);
}

/* RFC 9207, 3; I02 */
static void knows_whose_answers_name_their_issuer(void **state)
{
    static const struct {
        const char *value;
        int names_issuer;
    } cases[] = {
        {"true",   1},
        {"false",  0},
        {"'true'", 0},
        {"1",      0},
        {"null",   0},
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        const char *issuer = apr_pstrcat(
            *state,
            I ",'authorization_response_iss_parameter_supported':", cases[i].value, NULL);
        const document_t document = {A, T, J, U, R, issuer};
        cog_endpoints_t found, copy = {0}, all = {0};
        const char *reason;

        assert_int_equal(cog_discovery_parse(*state, text_of(*state, &document), ISSUER,
                                             &found, &reason),
                         COG_OK);
        cog_endpoints_copy(*state, &found, &copy);
        cog_endpoints_add(&copy, &all);
        assert_int_equal(all.names_issuer, cases[i].names_issuer);
    }
}

/* clang-format off */
static const struct {
    document_t document;
    const char *reason;
} refused[] = {
    {{A, T, J, U, R, NULL}, "issuer in the document is -"},
    {{A, T, J, U, R, "'https://other.test'"}, "issuer in the document is https://other.test"},
    {{A, T, J, U, R, "'" ISSUER "/'"}, "issuer in the document is"},
    {{A, T, J, U, R, "['" ISSUER "']"}, "issuer in the document is -"},
    {{NULL, T, J, U, R, I}, "authorization_endpoint is missing: add a domain"},
    {{A, NULL, J, U, R, I}, "token_endpoint is missing"},
    {{A, T, NULL, U, R, I}, "jwks_uri is missing"},
    {{"''", "''", J, "''", "''", I}, "authorization_endpoint is empty: add a domain"},
    {{A, T, J, "''", R, I}, "userinfo_endpoint is empty: add a domain"},
    {{"['" HOST "']", T, J, U, R, I}, "authorization_endpoint is not a string"},
    {{A, "7", J, U, R, I}, "token_endpoint is not a string"},
    {{A, T, "null", U, R, I}, "jwks_uri is not a string"},
    {{A, T, J, "{}", R, I}, "userinfo_endpoint is not a string"},
    {{A, T, J, U, "true", I}, "revocation_endpoint is not a string"},
    {{"'http://pool.test/authorize'", T, J, U, R, I}, "authorization_endpoint is no https URL"},
    {{A, "'ftp://pool.test/token'", J, U, R, I}, "token_endpoint is no https URL: ftp:"},
    {{A, "'/oauth2/token'", J, U, R, I}, "token_endpoint is no https URL"},
    {{A, "'https://u:p@pool.test/token'", J, U, R, I}, "token_endpoint is no https URL"},
    {{A, T, "'file:///etc/passwd'", U, R, I}, "jwks_uri is no https URL"},
    {{A, T, "'http://127.0.0.1:6379/'", U, R, I}, "jwks_uri is no https URL"},
    {{A, T, "'javascript:alert(1)\\n'", U, R, I}, "jwks_uri is no https URL: javascript:alert(1)\\n"},
    {{"'" ISSUER "/authorize'", "'" ISSUER "/token'", J, U, R, I}, "on the issuer's host: add a domain"},
};
static const char *const broken[] = {
    "", "[]", "null", "{", "{}x", "{'issuer':'a','issuer':'a'}", "\xef\xbb\xbf{}", "<html></html>",
};
/* clang-format on */

static void refuses_what_it_cannot_trust_and_says_why(void **state)
{
    for (size_t i = 0; i < COUNT(refused); ++i) {
        cog_endpoints_t found = {.authorize = "untouched"};
        const char *reason = NULL;
        cog_span_t text = text_of(*state, &refused[i].document);

        assert_result(refused[i].reason,
                      cog_discovery_parse(*state, text, ISSUER, &found, &reason),
                      COG_E_DISCOVERY);
        if (!strstr(reason, refused[i].reason)) {
            fail_msg("\"%s\" instead of \"%s\"", reason, refused[i].reason);
        }
        assert_string_equal(found.authorize, "untouched");
    }
}

static void refuses_what_is_no_document(void **state)
{
    for (size_t i = 0; i < COUNT(broken); ++i) {
        cog_endpoints_t found;
        const char *reason = NULL;

        assert_result(
            broken[i],
            cog_discovery_parse(*state, cog_span_of(broken[i]), ISSUER, &found, &reason),
            COG_E_DISCOVERY);
        assert_string_equal(reason, "document is not an acceptable JSON object");
    }
}

/* The document of an emulator on loopback, but for its token endpoint. */
static cog_err_t parse_emulators(apr_pool_t *pool, const char *token,
                                 cog_endpoints_t *found, const char **reason)
{
    const document_t document = {.authorize = "'http://localhost:9000/authorize'",
                                 .token = token,
                                 .jwks = "'http://127.0.0.1:9000/p/jwks'",
                                 .issuer = "'http://127.0.0.1:9000/p'"};

    return cog_discovery_parse(pool, text_of(pool, &document), "http://127.0.0.1:9000/p",
                               found, reason);
}

static void takes_http_for_an_emulator_on_loopback(void **state)
{
    cog_endpoints_t found;
    const char *reason;

    assert_int_equal(
        parse_emulators(*state, "'http://localhost:9000/token'", &found, &reason),
        COG_OK);
    assert_string_equal(found.logout, "http://localhost:9000/logout");
    assert_null(found.userinfo);
    assert_null(found.revoke);
}

static void takes_http_for_nothing_else(void **state)
{
    cog_endpoints_t found;
    const char *reason;

    assert_int_equal(parse_emulators(*state, "'http://pool.test/token'", &found, &reason),
                     COG_E_DISCOVERY);
    assert_string_equal(reason, "token_endpoint is no https URL: http://pool.test/token");
}

static void fills_in_from_the_domain_what_is_not_known(void **state)
{
    cog_endpoints_t endpoints = {.token = "https://inside.test/token"};

    cog_endpoints_add_domain(*state, HOST, &endpoints);
    assert_string_equal(endpoints.token, "https://inside.test/token");
    assert_string_equal(endpoints.authorize, HOST "/oauth2/authorize");
    assert_string_equal(endpoints.userinfo, HOST "/oauth2/userInfo");
    assert_string_equal(endpoints.revoke, HOST "/oauth2/revoke");
    assert_string_equal(endpoints.logout, HOST "/logout");
    assert_null(endpoints.jwks);
    assert_false(cog_endpoints_are_complete(&endpoints));
}

static void needs_four_endpoints_to_be_complete(void **state)
{
    static const cog_endpoints_t all = {
        .authorize = "a", .token = "t", .logout = "l", .jwks = "j"};
    cog_endpoints_t some = {.userinfo = "u", .revoke = "r"};

    (void)state;
    assert_true(cog_endpoints_are_complete(&all));
    assert_false(cog_endpoints_are_complete(&some));
    cog_endpoints_add(&all, &some);
    assert_true(cog_endpoints_are_complete(&some));
    assert_string_equal(some.userinfo, "u");
    some.logout = NULL;
    assert_false(cog_endpoints_are_complete(&some));
}

static void builds_the_urls_of_an_issuer(void **state)
{
    assert_string_equal(cog_discovery_url(*state, ISSUER),
                        ISSUER "/.well-known/openid-configuration");
    assert_string_equal(cog_discovery_jwks_url(*state, ISSUER),
                        ISSUER "/.well-known/jwks.json");
    assert_string_equal(cog_discovery_url(*state, "https://op.test/"),
                        "https://op.test/.well-known/openid-configuration");
}

static void takes_a_discovery_url_for_its_issuer(void **state)
{
    assert_string_equal(cog_discovery_issuer(*state, ISSUER), ISSUER);
    assert_string_equal(
        cog_discovery_issuer(*state, ISSUER "/.well-known/openid-configuration"), ISSUER);
    assert_string_equal(cog_discovery_issuer(*state, "https://op.test/"),
                        "https://op.test/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(reads_the_document_of_a_pool),
        cmocka_unit_test_with_pool(knows_whose_answers_name_their_issuer),
        cmocka_unit_test_with_pool(refuses_what_it_cannot_trust_and_says_why),
        cmocka_unit_test_with_pool(refuses_what_is_no_document),
        cmocka_unit_test_with_pool(takes_http_for_an_emulator_on_loopback),
        cmocka_unit_test_with_pool(takes_http_for_nothing_else),
        cmocka_unit_test_with_pool(fills_in_from_the_domain_what_is_not_known),
        cmocka_unit_test_with_pool(needs_four_endpoints_to_be_complete),
        cmocka_unit_test_with_pool(builds_the_urls_of_an_issuer),
        cmocka_unit_test_with_pool(takes_a_discovery_url_for_its_issuer),
    };

    return cmocka_run_group_tests_name("oidc/endpoints", tests, NULL, NULL);
}
