#include "test/unit/unit.h"

#include <apr_strings.h>

#include "base/json.h"
#include "oidc/userinfo.h"

/* clang-format off */
static const struct {
    const char *rule;
    int status;
    const char *body;
    cog_err_t result;
    const char *merged; /* claims afterwards; they were {"email":"a@id.test","sub":"u-1"} */
} cases[] = {
    {"new claims come in", 200, "{'sub':'u-1','custom:tenant':'t1','phone_number':'+1'}", COG_OK,
     "{'custom:tenant':'t1','email':'a@id.test','phone_number':'+1','sub':'u-1'}"},
    {"the ID token's own win", 200, "{'sub':'u-1','email':'b@ui.test'}", COG_OK,
     "{'email':'a@id.test','sub':'u-1'}"},
    {"booleans as text", 200, "{'sub':'u-1','email_verified':'true','phone_number_verified':'false'}", COG_OK,
     "{'email':'a@id.test','email_verified':true,'phone_number_verified':false,'sub':'u-1'}"},
    {"booleans as booleans", 200, "{'sub':'u-1','email_verified':true}", COG_OK,
     "{'email':'a@id.test','email_verified':true,'sub':'u-1'}"},
    {"odd booleans stay", 200, "{'sub':'u-1','email_verified':'True','x_verified':1,'_verified':'true'}", COG_OK,
     "{'_verified':'true','email':'a@id.test','email_verified':'True','sub':'u-1','x_verified':1}"},
    {"other text is no boolean", 200, "{'sub':'u-1','custom:paid':'true'}", COG_OK,
     "{'custom:paid':'true','email':'a@id.test','sub':'u-1'}"},
    {"username is dropped", 200, "{'sub':'u-1','username':'bob'}", COG_OK,
     "{'email':'a@id.test','sub':'u-1'}"},
    {"identities as text", 200, "{'sub':'u-1','identities':'[{\\'providerName\\':\\'Entra\\'}]'}", COG_OK,
     "{'email':'a@id.test','identities':[{'providerName':'Entra'}],'sub':'u-1'}"},
    {"identities as array", 200, "{'sub':'u-1','identities':[{'userId':'7'}]}", COG_OK,
     "{'email':'a@id.test','identities':[{'userId':'7'}],'sub':'u-1'}"},
    {"identities as other text", 200, "{'sub':'u-1','identities':'nothing'}", COG_OK,
     "{'email':'a@id.test','sub':'u-1'}"},
    {"identities as text of another type", 200, "{'sub':'u-1','identities':'{}'}", COG_OK,
     "{'email':'a@id.test','sub':'u-1'}"},
    {"identities that break out", 200, "{'sub':'u-1','identities':'[],\\'evil\\':1'}", COG_OK,
     "{'email':'a@id.test','identities':[],'sub':'u-1'}"},
    {"no words on the token", 200,
     "{'sub':'u-1','acr':'high','auth_time':9,'exp':9,'cognito:groups':['admins'],'token_use':'id'}",
     COG_OK, "{'email':'a@id.test','sub':'u-1'}"},

    {"another subject", 200, "{'sub':'u-2','a':1}", COG_E_TOKEN_SUBJECT, NULL},
    {"subject in other case", 200, "{'sub':'U-1','a':1}", COG_E_TOKEN_SUBJECT, NULL},
    {"no subject", 200, "{'a':1}", COG_E_TOKEN_SUBJECT, NULL},
    {"subject is an array", 200, "{'sub':['u-1']}", COG_E_TOKEN_SUBJECT, NULL},
    {"array", 200, "[{'sub':'u-1'}]", COG_E_IDP_ANSWER, NULL},
    {"JWT", 200, "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", COG_E_IDP_ANSWER, NULL},
    {"duplicate", 200, "{'sub':'u-1','sub':'u-1'}", COG_E_IDP_ANSWER, NULL},
    {"nothing", 200, "", COG_E_IDP_ANSWER, NULL},
    {"token is dead", 401, "", COG_E_IDP_ANSWER, NULL},
    {"redirect", 302, "{'sub':'u-1','a':1}", COG_E_IDP_ANSWER, NULL},
    {"throttled", 429, "{'sub':'u-1','a':1}", COG_E_IDP_BUSY, NULL},
    {"broken", 502, "{'sub':'u-1','a':1}", COG_E_IDP_BUSY, NULL},
};
/* clang-format on */

static void merges_what_cognito_says(void **state)
{
    static const char before[] = "{'email':'a@id.test','sub':'u-1'}";

    for (size_t i = 0; i < COUNT(cases); ++i) {
        json_t *claims = cog_json_own(*state, json_from_quoted(before));
        const char *expected = cases[i].merged ? cases[i].merged : before;

        assert_result(cases[i].rule,
                      cog_userinfo_merge(*state, cases[i].status,
                                         json_span(*state, cases[i].body), claims),
                      cases[i].result);
        assert_string_equal(cog_json_write(*state, claims),
                            (const char *)json_span(*state, expected).bytes);
    }
}

static void refuses_a_subject_when_there_is_none_to_compare(void **state)
{
    json_t *claims = cog_json_own(*state, json_object());

    assert_int_equal(
        cog_userinfo_merge(*state, 200, json_span(*state, "{'sub':'u-1'}"), claims),
        COG_E_TOKEN_SUBJECT);
}

static void refuses_what_is_too_large(void **state)
{
    size_t len = 2 * 1024 * 1024;
    char *body = apr_palloc(*state, len);
    json_t *claims = cog_json_own(*state, json_from_quoted("{'sub':'u-1'}"));

    memset(body, ' ', len);
    memcpy(body, "{\"sub\":\"u-1\"}", 13);
    assert_int_equal(
        cog_userinfo_merge(*state, 200, (cog_span_t){(unsigned char *)body, len}, claims),
        COG_E_IDP_ANSWER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(merges_what_cognito_says),
        cmocka_unit_test_with_pool(refuses_a_subject_when_there_is_none_to_compare),
        cmocka_unit_test_with_pool(refuses_what_is_too_large),
    };

    return cmocka_run_group_tests_name("oidc/userinfo", tests, NULL, NULL);
}
