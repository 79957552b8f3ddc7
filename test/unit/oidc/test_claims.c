#include "test/unit/unit.h"

#include <apr_strings.h>

#include "oidc/claims.h"
#include "test/unit/kept_log.h"
#include "test/unit/oidc/patterns.h"

/* clang-format off */
/* What a token holds, and what is kept: name=value, T text, L list, O other. */
static const struct {
    const char *rule;
    const char *claims;
    const char *patterns;
    const char *kept;
    int warnings;
} cases[] = {
    {"nothing", "{}", "", "", 0},
    {"no object", "[]", "", "", 0},
    {"sorted by name", "{'sub':'u','Z':'z','email':'e','custom:a':'c'}", "",
     "Z=T:z custom:a=T:c email=T:e sub=T:u", 0},
    {"noise is left out", "{'sub':'u','iss':'i','exp':1,'jti':'j'}", "", "sub=T:u", 0},
    {"only what is wanted", "{'sub':'u','email':'e'}", "email", "email=T:e", 0},
    {"null is left out", "{'name':null,'sub':'u'}", "", "sub=T:u", 0},

    {"primary identity",
     "{'identities':[{'providerName':'G','userId':'1','primary':'false'},"
     "{'providerName':'E','userId':'2','primary':'true'}]}", "",
     "idp_name=T:E idp_user_id=T:2", 0},
    {"primary as a boolean",
     "{'identities':[{'providerName':'G'},{'providerName':'E','primary':true}]}", "",
     "idp_name=T:E", 0},
    {"first identity",
     "{'identities':[{'providerName':'G','userId':'1'},{'providerName':'E','userId':'2'}]}", "",
     "idp_name=T:G idp_user_id=T:1", 0},
    {"no identity", "{'identities':[]}", "", "", 0},
    {"null is no identity", "{'identities':null}", "", "", 0},
    {"odd identities are no native user", "{'identities':'text'}", "", "idp_name=T:", 0},
    {"odd identity", "{'identities':[7]}", "", "idp_name=T:", 0},
    {"odd members", "{'identities':[{'providerName':7,'userId':null}]}", "", "idp_name=T:", 0},
    {"identities as they are", "{'identities':[{'userId':'1'}]}", "identities",
     "identities=O:[{\"userId\":\"1\"}]", 0},
    {"identity not wanted", "{'identities':[{'providerName':'G','userId':'1'}]}", "idp_name",
     "idp_name=T:G", 0},

    {"Cognito's own wins", "{'groups':'x','cognito:groups':['a']}", "", "cognito:groups=L:a", 1},
    {"the standard's wins over Cognito's", "{'email':'e','cognito:email':'x'}", "", "email=T:e", 1},
    {"the standard's wins", "{'given_name':'g','given-name':'x','given.name':'y'}", "",
     "given_name=T:g", 2},
    {"equals fall together", "{'custom:a-b':'1','custom:a.b':'2','custom:ab':'3'}", "",
     "custom:ab=T:3", 2},
    {"case is no difference", "{'Tenant':'1','tenant':'2'}", "", "", 2},
    {"equals of Cognito fall together", "{'cognito:a-b':'1','cognito:a_b':'2','a b':'3'}", "", "", 3},
    {"only what is wanted collides", "{'a-b':'1','a.b':'2'}", "a-b", "a-b=T:1", 0},
    {"nobody poses as an identity", "{'idp_name':'Entra','idp-user-id':'7'}", "", "", 2},
    {"nobody poses as a refusal", "{'denied':'x'}", "", "", 1},
    {"nobody overrides an identity", "{'idp_name':'Entra','identities':[{'providerName':'G'}]}", "",
     "idp_name=T:G", 1},
    {"nobody poses as Cognito", "{'cognito-groups':'x','Cognito=Groups':'y','cognito_':'z'}", "", "", 3},
    {"Cognito may say it twice", "{'cognito:cognito:x':'y'}", "", "cognito:cognito:x=T:y", 0},
    {"nobody poses as a token", "{'id_token':'x','cognito:access_token':'y'}", "", "", 2},
    {"no name", "{'':'x','cognito:':'y'}", "", "", 2},
    {"control characters in a name", "{'a\\nb':'x'}", "", "", 1},
};
/* clang-format on */

/* Spaces of the values become `_`, so that each claim is one word. */
static const char *describe(apr_pool_t *pool, const apr_array_header_t *claims)
{
    const char *text = "";

    for (int i = 0; i < claims->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(claims, i, cog_claim_t);
        char *value = apr_pstrdup(pool, claim->value);

        for (char *c = value; *c; ++c) {
            *c = *c == ' ' ? '_' : *c;
        }
        text = apr_psprintf(pool, "%s%s%s=%c:%s", text, i ? " " : "", claim->name,
                            "TLO"[claim->kind], value);
    }
    return text;
}

static void selects_and_forms_claims(void **state)
{
    for (size_t i = 0; i < COUNT(cases); ++i) {
        json_t *claims = json_from_quoted(cases[i].claims);
        kept_log_t *log = kept_log_make(*state);
        const char *kept;

        assert_non_null(claims);
        kept = describe(*state, cog_claims_select(*state, claims,
                                                  patterns_of(*state, cases[i].patterns),
                                                  &log->log));
        json_decref(claims);
        if (strcmp(kept, cases[i].kept) != 0 || log->count != cases[i].warnings) {
            fail_msg("rule \"%s\" is broken: %s, %d warnings, last %s", cases[i].rule,
                     kept, log->count, log->last);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(selects_and_forms_claims),
    };

    return cmocka_run_group_tests_name("oidc/claims", tests, NULL, NULL);
}
