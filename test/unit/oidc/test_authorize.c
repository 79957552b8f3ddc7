#include "test/unit/unit.h"

#include "base/query.h"
#include "oidc/authorize.h"

/* The verifier and challenge of RFC 7636, appendix B. */
#define VERIFIER  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

static cog_authorize_t order(void)
{
    return (cog_authorize_t){
        .endpoint = "https://pool.test/oauth2/authorize",
        .client_id = "app",
        .redirect_uri = "https://site.test/.cognito/callback?x=1",
        .scope = "openid orders/read",
        .state = "s-1",
        .nonce = "n-1",
        .code_verifier = cog_secret_of(VERIFIER),
    };
}

static apr_array_header_t *params_of(apr_pool_t *pool, const char *url)
{
    apr_array_header_t *params = NULL;

    assert_non_null(strchr(url, '?'));
    assert_int_equal(cog_query_parse(pool, strchr(url, '?') + 1, &params), COG_OK);
    return params;
}

static void asks_for_a_code_with_pkce(void **state)
{
    cog_authorize_t authorize = order();

    assert_string_equal(
        cog_authorize_url(*state, &authorize),
        "https://pool.test/oauth2/authorize"
        "?response_type=code"
        "&client_id=app"
        "&redirect_uri=https%3A%2F%2Fsite.test%2F.cognito%2Fcallback%3Fx%3D1"
        "&scope=openid%20orders%2Fread"
        "&state=s-1"
        "&nonce=n-1"
        "&code_challenge=" CHALLENGE "&code_challenge_method=S256");
}

static void never_shows_the_verifier(void **state)
{
    cog_authorize_t authorize = order();

    assert_null(strstr(cog_authorize_url(*state, &authorize), VERIFIER));
}

static void adds_what_the_admin_wants(void **state)
{
    cog_authorize_t authorize = order();
    apr_array_header_t *extra = cog_query_make(*state);
    apr_array_header_t *params;

    cog_query_add(extra, "identity_provider", "Entra & Co");
    cog_query_add(extra, "lang", NULL);
    authorize.extra = extra;
    params = params_of(*state, cog_authorize_url(*state, &authorize));
    assert_string_equal(cog_query_get(params, "identity_provider"), "Entra & Co");
    assert_null(cog_query_get(params, "lang"));
}

static void keeps_its_own_parameters(void **state)
{
    static const char *const names[] = {
        "response_type", "client_id",   "redirect_uri",          "state",
        "nonce",         "scope",       "code_challenge",        "response_mode",
        "request",       "request_uri", "code_challenge_method", "STATE",
        "Redirect_URI",
    };
    cog_authorize_t authorize = order();
    const char *plain = cog_authorize_url(*state, &authorize);
    apr_array_header_t *extra = cog_query_make(*state);

    for (size_t i = 0; i < COUNT(names); ++i) {
        assert_true(cog_authorize_is_reserved(names[i]));
        cog_query_add(extra, names[i], "evil");
    }
    authorize.extra = extra;
    assert_string_equal(cog_authorize_url(*state, &authorize), plain);
    assert_false(cog_authorize_is_reserved("prompt"));
    assert_false(cog_authorize_is_reserved("resource"));
}

static void extends_an_endpoint_that_has_a_query(void **state)
{
    cog_authorize_t authorize = order();

    authorize.endpoint = "https://pool.test/authorize?p=1";
    assert_non_null(strstr(cog_authorize_url(*state, &authorize),
                           "https://pool.test/authorize?p=1&response_type=code&"));
}

static void finds_the_screens_of_the_hosted_ui(void **state)
{
    static const struct {
        const char *endpoint;
        cog_screen_t screen;
        const char *url;
    } cases[] = {
        {"https://p.test/oauth2/authorize",     COG_SCREEN_SIGN_IN,
         "https://p.test/oauth2/authorize"                                                            },
        {"https://p.test/oauth2/authorize",     COG_SCREEN_SIGN_UP,         "https://p.test/signup"   },
        {"https://p.test/x/oauth2/authorize",   COG_SCREEN_FORGOT_PASSWORD,
         "https://p.test/x/forgotPassword"                                                            },
        {"https://p.test/authorize",            COG_SCREEN_SIGN_UP,         "https://p.test/authorize"},
        {"https://p.test/oauth2/authorize?a=b", COG_SCREEN_SIGN_UP,
         "https://p.test/oauth2/authorize?a=b"                                                        },
        {"short",                               COG_SCREEN_SIGN_UP,         "short"                   },
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        assert_string_equal(
            cog_authorize_screen(*state, cases[i].endpoint, cases[i].screen),
            cases[i].url);
    }
}

static void knows_names_of_providers(void **state)
{
    (void)state;
    assert_true(cog_authorize_is_provider("COGNITO"));
    assert_true(cog_authorize_is_provider("My_OIDC-provider.2"));
    assert_true(cog_authorize_is_provider("12345678901234567890123456789012"));
    assert_false(cog_authorize_is_provider("123456789012345678901234567890123"));
    assert_false(cog_authorize_is_provider(""));
    assert_false(cog_authorize_is_provider("a b"));
    assert_false(cog_authorize_is_provider("a&b"));
    assert_false(cog_authorize_is_provider("a\"b"));
    assert_false(cog_authorize_is_provider("\xc3\xbc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(asks_for_a_code_with_pkce),
        cmocka_unit_test_with_pool(never_shows_the_verifier),
        cmocka_unit_test_with_pool(adds_what_the_admin_wants),
        cmocka_unit_test_with_pool(keeps_its_own_parameters),
        cmocka_unit_test_with_pool(extends_an_endpoint_that_has_a_query),
        cmocka_unit_test_with_pool(finds_the_screens_of_the_hosted_ui),
        cmocka_unit_test_with_pool(knows_names_of_providers),
    };

    return cmocka_run_group_tests_name("oidc/authorize", tests, NULL, NULL);
}
