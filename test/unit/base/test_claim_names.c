#include "test/unit/unit.h"

#include <apr_strings.h>
#include <limits.h>
#include <string.h>

#include "base/claim_names.h"
#include "base/text.h"

/* clang-format off */
static const struct {
    const char *claim;
    const char *variable; /* behind COGNITO_ */
    const char *header;   /* behind X-Cognito- */
} names[] = {
    {"sub",                    "SUB",                "Sub"},
    {"email_verified",         "EMAIL_VERIFIED",     "Email-Verified"},
    {"cognito:groups",         "GROUPS",             "Groups"},
    {"cognito:username",       "USERNAME",           "Username"},
    {"idp_user_id",            "IDP_USER_ID",        "Idp-User-Id"},
    {"custom:tenant",          "CUSTOM_TENANT",      "Custom-Tenant"},
    {"custom:tenantId",        "CUSTOM_TENANTID",    "Custom-Tenantid"},
    {"cognito:cognito:x",      "COGNITO_X",          "Cognito-X"},
    {"Cognito:x",              "COGNITO_X",          "Cognito-X"},
    {"a.b-c d",                "A_B_C_D",            "A-B-C-D"},
    {"7up",                    "7UP",                "7up"},
    {"__proto__",              "__PROTO__",          "--Proto--"},
    {"\xc3\xa4",               "__",                 "--"},
    {"https://site.test/x",    "HTTPS___SITE_TEST_X", "Https---Site-Test-X"},
    {"cognito:",               "",                   ""},
    {"",                       "",                   ""},
};

static const struct {
    const char *claim;
    cog_claim_class_t class;
} classes[] = {
    {"sub", COG_CLAIM_STANDARD}, {"zoneinfo", COG_CLAIM_STANDARD}, {"address", COG_CLAIM_STANDARD},
    {"acr", COG_CLAIM_NOISE}, {"token_use", COG_CLAIM_NOISE}, {"cognito:roles", COG_CLAIM_NOISE},
    {"cognito:groups", COG_CLAIM_UNKNOWN}, {"custom:sub", COG_CLAIM_UNKNOWN},
    {"Sub", COG_CLAIM_UNKNOWN}, {"", COG_CLAIM_UNKNOWN},
};

/* Every claim that is known by name. */
static const char *const known[] = {
    "acr", "address", "amr", "at_hash", "aud", "auth_time", "azp", "birthdate", "client_id",
    "cognito:groups", "cognito:preferred_role", "cognito:roles", "cognito:username", "email", "email_verified",
    "event_id", "exp", "family_name", "gender", "given_name", "iat", "identities", "idp_name",
    "idp_user_id", "iss", "jti", "locale", "middle_name", "name", "nbf", "nickname", "nonce",
    "origin_jti", "phone_number", "phone_number_verified", "picture", "preferred_username",
    "profile", "scope", "sub", "token_use", "updated_at", "website", "zoneinfo",
};
/* clang-format on */

static const char *variable_of(apr_pool_t *pool, const char *claim)
{
    const cog_claim_name_t *usual = cog_claim_usual(claim);

    return usual ? usual->variable : cog_claim_unusual_variable(pool, claim);
}

static void names_variables_and_headers_alike(void **state)
{
    for (size_t i = 0; i < COUNT(names); ++i) {
        const char *variable = apr_pstrcat(*state, "COGNITO_", names[i].variable, NULL);
        const char *header = apr_pstrcat(*state, "X-Cognito-", names[i].header, NULL);

        assert_string_equal(variable_of(*state, names[i].claim), variable);
        assert_string_equal(cog_claim_header(*state, "X-Cognito-", names[i].claim),
                            header);
    }
}

static void names_headers_of_others(void **state)
{
    assert_string_equal(cog_claim_header(*state, "X-Vouch-IdP-Claims-", "family_name"),
                        "X-Vouch-IdP-Claims-Family-Name");
    assert_string_equal(cog_claim_header(*state, "X-Pomerium-Claim-", "cognito:groups"),
                        "X-Pomerium-Claim-Groups");
}

/* clang-format off */
static const struct {
    const char *claim;
    const char *header; /* behind OIDC_CLAIM_ */
} as_they_are[] = {
    {"sub", "sub"}, {"email_verified", "email_verified"}, {"cognito:groups", "cognito-groups"},
    {"custom:tenantId", "custom-tenantId"}, {"a.b!c~d", "a.b!c~d"}, {"a b\"c(d)", "a-b-c-d-"},
    {"a\tb\x7f", "a-b-"}, {"\xc3\xa4", "--"}, {"https://x/y", "https---x-y"},
};
/* clang-format on */

static void leaves_names_as_they_are(void **state)
{
    for (size_t i = 0; i < COUNT(as_they_are); ++i) {
        const char *header =
            apr_pstrcat(*state, "OIDC_CLAIM_", as_they_are[i].header, NULL);

        assert_string_equal(
            cog_claim_as_it_is(*state, "OIDC_CLAIM_", as_they_are[i].claim), header);
    }
}

/* What is written down for the usual claims is what would be made of them: cognito: in
 * front leads past the table. */
static void has_written_down_what_it_would_make(void **state)
{
    for (size_t i = 0; i < COUNT(known); ++i) {
        const char *unknown = cog_text_begins(known[i], "cognito:")
                                  ? known[i] + strlen("cognito:")
                                  : apr_pstrcat(*state, "cognito:", known[i], NULL);

        assert_string_equal(variable_of(*state, known[i]), variable_of(*state, unknown));
        assert_string_equal(cog_claim_header(*state, "X-Cognito-", known[i]),
                            cog_claim_header(*state, "X-Cognito-", unknown));
    }
}

static void classifies_claims(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(classes); ++i) {
        assert_int_equal(cog_claim_class(classes[i].claim), classes[i].class);
    }
}

/* Part of the format of sessions: what has a number keeps it. */
static void numbers_the_usual_claims_for_good(void **state)
{
    static const char *const numbered[] = {
        "sub",
        "cognito:username",
        "cognito:groups",
        "email",
        "email_verified",
        "name",
        "given_name",
        "family_name",
        "preferred_username",
        "nickname",
        "middle_name",
        "phone_number",
        "phone_number_verified",
        "locale",
        "zoneinfo",
        "picture",
        "profile",
        "website",
        "gender",
        "birthdate",
        "address",
        "updated_at",
        "idp_name",
        "idp_user_id",
        "acr",
        "amr",
        "at_hash",
        "aud",
        "auth_time",
        "azp",
        "cognito:preferred_role",
        "cognito:roles",
        "event_id",
        "exp",
        "iat",
        "identities",
        "iss",
        "jti",
        "nbf",
        "nonce",
        "origin_jti",
        "token_use",
        "client_id",
        "scope",
    };

    (void)state;
    for (unsigned i = 0; i < COUNT(numbered); ++i) {
        assert_int_equal(cog_claim_number(numbered[i]), i + 1);
        assert_string_equal(cog_claim_of_number(i + 1), numbered[i]);
        assert_int_equal(cog_claim_number(cog_claim_of_number(i + 1)), i + 1);
    }
    assert_string_equal(cog_claim_of_number(COG_CLAIM_NUMBER_SUB), "sub");
    assert_int_equal(COUNT(numbered), COUNT(known));
    assert_null(cog_claim_of_number(0));
    assert_null(cog_claim_of_number(COUNT(numbered) + 1));
    assert_null(cog_claim_of_number(UINT_MAX));
}

static void gives_no_number_to_other_names(void **state)
{
    static const char *const others[] = {
        "", "s", "subs", "Sub", "custom:sub", "custom:", "username", "department",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(others); ++i) {
        assert_int_equal(cog_claim_number(others[i]), 0);
    }
    /* an address in the middle of the table is not the beginning of a name */
    assert_int_equal(cog_claim_number(cog_claim_of_number(2) + strlen("cognito:")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(names_variables_and_headers_alike),
        cmocka_unit_test_with_pool(names_headers_of_others),
        cmocka_unit_test_with_pool(leaves_names_as_they_are),
        cmocka_unit_test_with_pool(has_written_down_what_it_would_make),
        cmocka_unit_test(classifies_claims),
        cmocka_unit_test(numbers_the_usual_claims_for_good),
        cmocka_unit_test(gives_no_number_to_other_names),
    };

    return cmocka_run_group_tests_name("base/claim_names", tests, NULL, NULL);
}
