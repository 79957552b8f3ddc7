#include "test/unit/unit.h"

#include <apr_strings.h>

#include "oidc/claims.h"
#include "test/unit/kept_log.h"

/* `a b c` as an array of patterns; NULL for "". */
static apr_array_header_t *patterns_of(apr_pool_t *pool, const char *words)
{
    apr_array_header_t *patterns = apr_array_make(pool, 4, sizeof(const char *));
    char *copy = apr_pstrdup(pool, words);
    char *rest;

    for (char *word = apr_strtok(copy, " ", &rest); word;
         word = apr_strtok(NULL, " ", &rest)) {
        APR_ARRAY_PUSH(patterns, const char *) = word;
    }
    return patterns->nelts ? patterns : NULL;
}

/* clang-format off */
static const struct {
    const char *patterns;
    const char *name;
    int is_wanted;
} wishes[] = {
    {"", "email", 1}, {"", "custom:tenant", 1}, {"", "cognito:groups", 1}, {"", "idp_name", 1},
    {"", "iss", 0}, {"", "nonce", 0}, {"", "at_hash", 0}, {"", "cognito:roles", 0},
    {"", "identities", 0}, {"", "acr", 0},
    {"email", "email", 1}, {"email", "sub", 0}, {"email", "email_verified", 0},
    {"email*", "email_verified", 1}, {"*", "iss", 1}, {"* !iss", "iss", 0},
    {"* !custom:*", "custom:tenant", 0}, {"* !custom:* custom:tenant", "custom:tenant", 1},
    {"custom:* !custom:secret", "custom:secret", 0}, {"custom:* !custom:secret", "custom:a", 1},
    {"!email", "email", 0}, {"!email", "sub", 1}, {"!email", "iss", 0}, {"!email acr", "acr", 1},
    {"https://site.test/*", "https://site.test/a/b", 1},
};

static const struct {
    const char *patterns;
    int is_named;
} names[] = {
    {"", 0}, {"!email", 0}, {"email", 0}, {"scope", 1}, {"!email scope", 1}, {"s*", 1}, {"*", 1},
    {"scope !scope", 0}, {"! scope", 1},
};

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
    {"empty text is kept", "{'name':''}", "", "name=T:", 0},
    {"list", "{'cognito:groups':['a','b,c','d\\\\e']}", "", "cognito:groups=L:a,b%2Cc,d\\e", 0},
    {"empty list", "{'cognito:groups':[]}", "", "cognito:groups=L:", 0},
    {"list of more than text", "{'x':['a',1,null]}", "", "x=O:[\"a\",1,null]", 0},
    {"boolean", "{'email_verified':true}", "", "email_verified=O:true", 0},
    {"verified as text", "{'email_verified':'true','phone_number_verified':'True'}", "",
     "email_verified=O:true phone_number_verified=O:true", 0},
    {"not verified", "{'email_verified':false,'phone_number_verified':'false'}", "",
     "email_verified=O:false phone_number_verified=O:false", 0},
    {"verified by hearsay", "{'email_verified':'yes','phone_number_verified':1}", "",
     "email_verified=O:false phone_number_verified=O:false", 0},
    {"a boolean and text of other names", "{'x':true,'y':'true'}", "", "x=O:true y=T:true", 0},
    {"number", "{'updated_at':1676312777}", "", "updated_at=O:1676312777", 0},
    {"fraction", "{'x':1.5}", "", "x=O:1.5", 0},
    {"object", "{'address':{'formatted':'a\\nb','country':'DE'}}", "",
     "address=O:{\"country\":\"DE\",\"formatted\":\"a\\nb\"}", 0},
    {"control characters", "{'name':'a\\r\\nb\\tc\\u0001d\\u007fe'}", "", "name=T:a__b_c_d_e", 0},
    {"control characters in a list", "{'x':['a\\nb', '\\tc']}", "", "x=L:a_b,%20c", 0},
    {"DEL in an object", "{'x':{'y':'\\u007f'}}", "", "x=O:{\"y\":\"_\"}", 0},

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

static void keeps_what_the_admin_names(void **state)
{
    for (size_t i = 0; i < COUNT(wishes); ++i) {
        int is_wanted = cog_claims_are_wanted(patterns_of(*state, wishes[i].patterns),
                                              wishes[i].name);

        if (is_wanted != wishes[i].is_wanted) {
            fail_msg("\"%s\": %s", wishes[i].patterns, wishes[i].name);
        }
    }
}

static void knows_what_a_pattern_asks_for(void **state)
{
    assert_false(cog_claims_are_named(NULL, "scope"));
    for (size_t i = 0; i < COUNT(names); ++i) {
        if (cog_claims_are_named(patterns_of(*state, names[i].patterns), "scope") !=
            names[i].is_named) {
            fail_msg("\"%s\"", names[i].patterns);
        }
    }
}

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

static void keeps_the_length_of_a_value(void **state)
{
    kept_log_t *log = kept_log_make(*state);
    json_t *claims = json_object();
    apr_array_header_t *kept;
    size_t len = 5000;
    char *text = apr_palloc(*state, len + 1);

    memset(text, 'x', len);
    text[len] = '\0';
    text[100] = '\n';
    json_object_set_new(claims, "custom:long", json_string(text));
    kept = cog_claims_select(*state, claims, NULL, &log->log);
    json_decref(claims);
    assert_int_equal(strlen(APR_ARRAY_IDX(kept, 0, cog_claim_t).value), len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(keeps_what_the_admin_names),
        cmocka_unit_test_with_pool(knows_what_a_pattern_asks_for),
        cmocka_unit_test_with_pool(selects_and_forms_claims),
        cmocka_unit_test_with_pool(keeps_the_length_of_a_value),
    };

    return cmocka_run_group_tests_name("oidc/claims", tests, NULL, NULL);
}
