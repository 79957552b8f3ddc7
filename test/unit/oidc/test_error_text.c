#include "test/unit/unit.h"

#include "oidc/error_text.h"

/* clang-format off */
/* What Cognito has been seen to say, and a word of the remedy. */
static const struct {
    const char *error;
    const char *description;
    const char *remedy;
    int may_retry_once;
} cases[] = {
    {"invalid_request", NULL, "CognitoLoginParam", 0},
    {"unauthorized_client", NULL, "AllowedOAuthFlows", 0},
    {"unauthorized_client", "Client is not enabled for OAuth2.0 flows ",
     "AllowedOAuthFlowsUserPoolClient", 0},
    {"invalid_scope", NULL, "offline_access", 0},
    {"login_required", NULL, "prompt=none", 1},
    {"server_error", "Exception processing authorization code", "inside the user pool", 0},
    {"access_denied", NULL, "cancelled", 0},
    {"access_denied", "AADSTS65004: User declined to consent", "cancelled", 0},
    {"invalid_request", "attributes required: [email]", "--attribute-mapping", 0},
    {"invalid_request", "attributes required: [given_name, family_name]", "requires", 0},
    {"invalid_request", "Invalid user attributes: email: Attribute cannot be updated.\n ",
     "immutable", 0},
    {"invalid_request", "Invalid user attributes: name: The attribute is required\n",
     "no value", 0},
    {"invalid_request", "Already found an entry for username Google_1083", "links", 1},
    {"invalid_request", "PreSignUp failed with error not welcome.", "PreSignUp", 0},
    {"invalid_request", "PreAuthentication failed with error no.", "PreAuthentication", 0},
    {"invalid_request", "PreTokenGeneration failed with error x. (Service: y)", "Lambda", 0},
    {"invalid_request", "User is disabled", "admin-enable-user", 0},
    {"invalid_request", "Timeout occurred in calling IdP token endpoint", "internet", 0},
    {"invalid_request", "error_description=Timeout in calling jwks uri", "internet", 0},
    {"invalid_request", "[Entra] Error - [401]error getting token",
     "/oauth2/idpresponse", 0},
    {"invalid_request", "Google Error - 400 invalid_request", "describe-identity-provider", 0},
    {"invalid_request", "Connection reset", "health", 0},
    {"invalid_request", "Read timed out", "health", 0},
    {"invalid_request", "Bad id_token issuer https://other", "issuer", 0},
    {"invalid_request", "Invalid relayState from identity provider", "SAML", 0},
    {"never_heard_of", "<script>alert(1)</script>", "documentation", 0},
    {"", "", "documentation", 0},
    {NULL, NULL, "documentation", 0},
};
/* clang-format on */

static void knows_what_cognito_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        const cog_cause_t *cause =
            cog_error_text_find(cases[i].error, cases[i].description);

        if (!strstr(cause->remedy, cases[i].remedy)) {
            fail_msg("%s, %s: %s", cases[i].error, cases[i].description, cause->remedy);
        }
        assert_int_equal(cause->may_retry_once, cases[i].may_retry_once);
        assert_true(strlen(cause->cause) > 10);
        assert_true(strlen(cause->action) > 10);
    }
}

static void does_not_care_for_case_in_a_description(void **state)
{
    (void)state;
    assert_ptr_equal(cog_error_text_find("invalid_request", "ALREADY FOUND AN ENTRY FOR "
                                                            "USERNAME x"),
                     cog_error_text_find("invalid_request", "Already found an entry for "
                                                            "username y"));
}

static void never_repeats_foreign_text(void **state)
{
    const cog_cause_t *cause =
        cog_error_text_find("access_denied", "call +1 555 0100 to unlock");

    (void)state;
    assert_null(strstr(cause->cause, "555"));
    assert_null(strstr(cause->action, "555"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_what_cognito_says),
        cmocka_unit_test(does_not_care_for_case_in_a_description),
        cmocka_unit_test(never_repeats_foreign_text),
    };

    return cmocka_run_group_tests_name("oidc/error_text", tests, NULL, NULL);
}
