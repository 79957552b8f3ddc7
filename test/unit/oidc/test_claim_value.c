#include "test/unit/unit.h"

#include <apr_strings.h>

#include "oidc/claim_value.h"

/* clang-format off */
/* A claim as it comes, and as text: T text, L list, O other. */
static const struct {
    const char *rule;
    const char *claim;
    const char *text;
} forms[] = {
    {"text", "{'name':'a'}", "T:a"},
    {"empty text", "{'name':''}", "T:"},
    {"list", "{'cognito:groups':['a','b,c','d\\\\e']}", "L:a,b%2Cc,d\\e"},
    {"empty list", "{'cognito:groups':[]}", "L:"},
    {"list of more than text", "{'x':['a',1,null]}", "O:[\"a\",1,null]"},
    {"boolean", "{'email_verified':true}", "O:true"},
    {"verified as text", "{'email_verified':'true'}", "O:true"},
    {"verified as text in any case", "{'phone_number_verified':'True'}", "O:true"},
    {"not verified", "{'email_verified':false}", "O:false"},
    {"not verified as text", "{'phone_number_verified':'false'}", "O:false"},
    {"verified by hearsay", "{'email_verified':'yes'}", "O:false"},
    {"verified by number", "{'phone_number_verified':1}", "O:false"},
    {"a boolean of another name", "{'x':true}", "O:true"},
    {"true as text of another name", "{'y':'true'}", "T:true"},
    {"number", "{'updated_at':1676312777}", "O:1676312777"},
    {"fraction", "{'x':1.5}", "O:1.5"},
    {"object", "{'address':{'formatted':'a\\nb','country':'DE'}}",
     "O:{\"country\":\"DE\",\"formatted\":\"a\\nb\"}"},
    {"control characters", "{'name':'a\\r\\nb\\tc\\u0001d\\u007fe'}", "T:a  b c d e"},
    {"control characters in a list", "{'x':['a\\nb', '\\tc']}", "L:a b,%20c"},
    {"DEL in an object", "{'x':{'y':'\\u007f'}}", "O:{\"y\":\" \"}"},
};
/* clang-format on */

/* The only member of an object. */
static cog_claim_t claim_in(apr_pool_t *pool, json_t *object)
{
    void *member = json_object_iter(object);

    assert_non_null(member);
    return cog_claim_of(pool, json_object_iter_key(member),
                        json_object_iter_value(member));
}

static void writes_any_value_as_text(void **state)
{
    for (size_t i = 0; i < COUNT(forms); ++i) {
        json_t *object = json_from_quoted(forms[i].claim);
        cog_claim_t claim = claim_in(*state, object);
        const char *text = apr_psprintf(*state, "%c:%s", "TLO"[claim.kind], claim.value);

        json_decref(object);
        if (strcmp(text, forms[i].text) != 0) {
            fail_msg("rule \"%s\" is broken: %s", forms[i].rule, text);
        }
    }
}

static void keeps_the_length_of_a_value(void **state)
{
    size_t len = 5000;
    char *text = apr_palloc(*state, len + 1);
    json_t *value;

    memset(text, 'x', len);
    text[len] = '\0';
    text[100] = '\n';
    value = json_string(text);
    assert_int_equal(strlen(cog_claim_of(*state, "custom:long", value).value), len);
    json_decref(value);
}

static void takes_true_from_whoever_writes_it(void **state)
{
    json_t *object = json_from_quoted("{'a':true,'b':'TRUE','c':false,'d':'1','e':1}");

    (void)state;
    assert_true(cog_claim_says_true(json_object_get(object, "a")));
    assert_true(cog_claim_says_true(json_object_get(object, "b")));
    assert_false(cog_claim_says_true(json_object_get(object, "c")));
    assert_false(cog_claim_says_true(json_object_get(object, "d")));
    assert_false(cog_claim_says_true(json_object_get(object, "e")));
    assert_false(cog_claim_says_true(NULL));
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(writes_any_value_as_text),
        cmocka_unit_test_with_pool(keeps_the_length_of_a_value),
        cmocka_unit_test_with_pool(takes_true_from_whoever_writes_it),
    };

    return cmocka_run_group_tests_name("oidc/claim_value", tests, NULL, NULL);
}
