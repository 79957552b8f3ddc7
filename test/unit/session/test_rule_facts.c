#include "test/unit/session/rule_judge.h"

#include <apr_strings.h>

#include "session/rule_facts.h"

#define HOUR INT64_C(3600)

/* An access token names no provider, whoever its user comes from. */
static void takes_no_access_token_for_one_of_a_native_user(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_PROVIDER};
    cog_principal_t bearer = {no_claims(*state), "app", 0, NOW, NOW};
    cog_judgement_t judgement;

    cog_rule_judge(*state, &rule, values(*state, "COGNITO|EntraID"), &bearer, &judgement);
    assert_int_equal(judgement.verdict, UNKNOWN);
}

/* clang-format off */
static const struct {
    const char *rule;
    const char *value;
    cog_claim_kind_t kind;
    cog_verdict_t verdict;
} flags[] = {
    {"true",                 "true",  OTHER, HOLDS},
    {"true as a text",       "true",  TEXT,  HOLDS},
    {"false",                "false", OTHER, UNKNOWN},
    {"false as a text",      "false", TEXT,  UNKNOWN},
    {"another text",         "True",  TEXT,  UNKNOWN},
    {"a number",             "1",     OTHER, UNKNOWN},
    {"a list",               "true",  LIST,  UNKNOWN},
    {"an empty text",        "",      TEXT,  UNKNOWN},
    {"the claim is missing", NO_CLAIM,       UNKNOWN},
};
/* clang-format on */

static void believes_no_address_that_is_not_verified(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_EMAIL_DOMAIN};

    for (size_t i = 0; i < COUNT(flags); ++i) {
        apr_array_header_t *claims = no_claims(*state);

        add_claim(claims, "email", "a@corp.com", TEXT);
        add_claim(claims, "email_verified", flags[i].value, flags[i].kind);
        assert_verdict(flags[i].rule, judge(*state, &rule, "corp.com", claims).verdict,
                       flags[i].verdict);
    }
}

static void knows_the_client(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_CLIENT};
    cog_principal_t nobody = {no_claims(*state), NULL, 1, NOW, NOW};
    cog_judgement_t judgement;

    assert_int_equal(judge(*state, &rule, "x|app", no_claims(*state)).verdict, HOLDS);
    assert_int_equal(judge(*state, &rule, "App", no_claims(*state)).verdict, FAILS);
    cog_rule_judge(*state, &rule, values(*state, "app"), &nobody, &judgement);
    assert_int_equal(judgement.verdict, UNKNOWN);
}

/* O08 */
static void compares_the_time_of_the_sign_in(void **state)
{
    static const struct {
        const char *rule;
        int64_t auth_time;
        cog_verdict_t verdict;
    } cases[] = {
        {"just now",              NOW,            HOLDS  },
        {"just in time",          NOW - HOUR,     HOLDS  },
        {"a second too old",      NOW - HOUR - 1, FAILS  },
        {"as clocks may differ",  NOW + 300,      HOLDS  },
        {"in the future",         NOW + 301,      FAILS  },
        {"at the end of numbers", INT64_MAX,      FAILS  },
        {"not known",             0,              UNKNOWN},
        {"before all times",      INT64_MIN,      UNKNOWN},
    };
    const cog_rule_t rule = {.kind = COG_RULE_AUTH_AGE, .age_sec = HOUR};

    for (size_t i = 0; i < COUNT(cases); ++i) {
        cog_principal_t principal = {no_claims(*state), "app", 1, cases[i].auth_time,
                                     NOW};
        cog_judgement_t judgement;

        cog_rule_judge(*state, &rule, no_claims(*state), &principal, &judgement);
        assert_verdict(cases[i].rule, judgement.verdict, cases[i].verdict);
        assert_int_equal(cog_auth_time_is_within(cases[i].auth_time, HOUR, NOW),
                         cases[i].verdict == HOLDS);
    }
}

static void needs_every_claim_of_a_profile(void **state)
{
    static const struct {
        const char *rule;
        const char *name;
        const char *email;
        cog_verdict_t verdict;
        const char *missing;
    } cases[] = {
        {"both are there",   "Alice", "a@corp.com", HOLDS,   NULL        },
        {"one is missing",   NULL,    "a@corp.com", UNKNOWN, "name"      },
        {"one is empty",     "Alice", "",           UNKNOWN, "email"     },
        {"nothing is there", NULL,    NULL,         UNKNOWN, "name email"},
    };
    const cog_rule_t rule = {.kind = COG_RULE_PROFILE};

    for (size_t i = 0; i < COUNT(cases); ++i) {
        apr_array_header_t *claims = no_claims(*state);
        cog_judgement_t judgement;

        add_claim(claims, "email", cases[i].email, TEXT);
        add_claim(claims, "name", cases[i].name, TEXT);
        judgement = judge(*state, &rule, "name|email", claims);
        assert_verdict(cases[i].rule, judgement.verdict, cases[i].verdict);
        if (cases[i].missing) {
            assert_string_equal(judgement.seen, cases[i].missing);
        }
    }
}

typedef struct {
    int calls;
    const char *holds;
    const char *wild;
    int gave_up;
} matcher_t;

static cog_verdict_t match(const void *context, const char *value)
{
    matcher_t *matcher = *(matcher_t *const *)context;

    ++matcher->calls;
    if (strcmp(value, matcher->wild) == 0) {
        return UNKNOWN;
    }
    return strcmp(value, matcher->holds) == 0 ? HOLDS : FAILS;
}

static cog_verdict_t match_claim(apr_pool_t *pool, matcher_t *matcher, const char *value,
                                 cog_claim_kind_t kind)
{
    const cog_pattern_t pattern = {match, &matcher};
    const cog_rule_t rule = {
        .kind = COG_RULE_CLAIM, .claim = "name", .pattern = &pattern};
    apr_array_header_t *claims = no_claims(pool);
    cog_judgement_t judgement;

    add_claim(claims, "name", value, kind);
    judgement = judge(pool, &rule, "unused", claims);
    matcher->gave_up = judgement.gave_up;
    return judgement.verdict;
}

static void shows_a_pattern_each_element(void **state)
{
    matcher_t matcher = {0, "good", "wild", 0};

    assert_int_equal(match_claim(*state, &matcher, "good", TEXT), HOLDS);
    assert_int_equal(match_claim(*state, &matcher, "bad", TEXT), FAILS);
    assert_int_equal(match_claim(*state, &matcher, "bad,good", LIST), HOLDS);
    assert_int_equal(match_claim(*state, &matcher, "bad,good", TEXT), FAILS);
    assert_int_equal(match_claim(*state, &matcher, "", LIST), FAILS);
    assert_int_equal(match_claim(*state, &matcher, NO_CLAIM), UNKNOWN);
    assert_int_equal(match_claim(*state, &matcher, "{\"good\":1}", OTHER), UNKNOWN);
    assert_false(matcher.gave_up);
}

static void takes_no_pattern_that_gives_up_for_an_answer(void **state)
{
    matcher_t matcher = {0, "good", "wild", 0};

    assert_int_equal(match_claim(*state, &matcher, "wild", TEXT), UNKNOWN);
    assert_true(matcher.gave_up);
    matcher.calls = 0;
    assert_int_equal(match_claim(*state, &matcher, "bad,wild,wild,good", LIST), UNKNOWN);
    assert_int_equal(matcher.calls, 2);
}

static void shows_a_pattern_no_long_value(void **state)
{
    matcher_t matcher = {0, "good", "wild", 0};
    char *value = apr_palloc(*state, COG_RULE_MAX_MATCHED + 2);

    memset(value, 'a', COG_RULE_MAX_MATCHED + 1);
    value[COG_RULE_MAX_MATCHED + 1] = '\0';
    assert_int_equal(match_claim(*state, &matcher, value, TEXT), UNKNOWN);
    assert_int_equal(matcher.calls, 0);
    value[COG_RULE_MAX_MATCHED] = '\0';
    matcher.holds = value;
    assert_int_equal(match_claim(*state, &matcher, value, TEXT), HOLDS);
}

static void tells_what_it_has_seen(void **state)
{
    const cog_rule_t group = {.kind = COG_RULE_GROUP};
    const cog_rule_t provider = {.kind = COG_RULE_PROVIDER};
    apr_array_header_t *claims = no_claims(*state);

    assert_null(judge(*state, &group, "admins", claims).seen);
    add_claim(claims, "cognito:groups", "a,b", LIST);
    assert_string_equal(judge(*state, &group, "admins", claims).seen, "a,b");
    assert_string_equal(judge(*state, &provider, "x", claims).seen, "COGNITO");
}

/* clang-format off */
/* One line per rule: a claim as it is kept, what it says to the rule: |a|b|, or why it
 * says nothing. */
static const struct {
    const char *name;
    cog_rule_kind_t kind;
    const char *claim;
    const char *value; /* NULL: the claim is missing */
    cog_claim_kind_t form;
    const char *facts;
} facts_of[] = {
    {"groups",             COG_RULE_GROUP,    "cognito:groups", "a,b",       LIST,  "|a|b|"},
    {"in no group",        COG_RULE_GROUP,    "cognito:groups", "",          LIST,  "|"},
    {"nobody's group",     COG_RULE_GROUP,    "cognito:groups", NULL,        LIST,  "|"},
    {"a group as text",    COG_RULE_GROUP,    "cognito:groups", "a",         TEXT,  "is no list of texts"},
    {"words of a scope",   COG_RULE_SCOPE,    "scope",          "openid  x", TEXT,  "|openid|x|"},
    {"an empty scope",     COG_RULE_SCOPE,    "scope",          "",          TEXT,  "|"},
    {"no scope",           COG_RULE_SCOPE,    "scope",          NULL,        TEXT,  "is missing"},
    {"a scope as list",    COG_RULE_SCOPE,    "scope",          "a,b",       LIST,  "is no text"},
    {"a text",             COG_RULE_CLAIM,    "x",              "a,b",       TEXT,  "|a,b|"},
    {"a list",             COG_RULE_CLAIM,    "x",              "a,b",       LIST,  "|a|b|"},
    {"a number",           COG_RULE_CLAIM,    "x",              "5",         OTHER, "|5|"},
    {"an object",          COG_RULE_CLAIM,    "x",              "{\"a\":1}", OTHER, "is neither a text, a number, a boolean nor a list of texts"},
    {"no such claim",      COG_RULE_CLAIM,    "y",              "a",         TEXT,  "is missing"},
    {"a provider",         COG_RULE_PROVIDER, "idp_name",       "EntraID",   TEXT,  "|EntraID|"},
    {"a native user",      COG_RULE_PROVIDER, "idp_name",       NULL,        TEXT,  "|COGNITO|"},
    {"one without a name", COG_RULE_PROVIDER, "idp_name",       "",          TEXT,  "cannot be told"},
    {"an app client",      COG_RULE_CLIENT,   "x",              NULL,        TEXT,  "|app|"},
    {"no address",         COG_RULE_EMAIL_DOMAIN, "email",      "a",         TEXT,  "is no address"},
    {"no email",           COG_RULE_EMAIL_DOMAIN, "email",      NULL,        TEXT,  "is missing"},
};
/* clang-format on */

/* |a|b|, or why there are none. */
static const char *describe(apr_pool_t *pool, const cog_rule_t *rule,
                            const cog_principal_t *principal)
{
    cog_facts_t facts;
    const char *why = cog_rule_facts(pool, rule, principal, &facts);
    const char *text = "|";

    for (int i = 0; !why && i < facts.values->nelts; ++i) {
        text = apr_pstrcat(pool, text, APR_ARRAY_IDX(facts.values, i, const char *), "|",
                           NULL);
    }
    return why ? why : text;
}

static void finds_what_a_rule_is_about(void **state)
{
    for (size_t i = 0; i < COUNT(facts_of); ++i) {
        const cog_rule_t rule = {.kind = facts_of[i].kind, .claim = "x"};
        cog_principal_t principal = {no_claims(*state), "app", 1, 1, 1};
        apr_array_header_t *claims = no_claims(*state);
        const char *facts;

        add_claim(claims, facts_of[i].claim, facts_of[i].value, facts_of[i].form);
        principal.claims = claims;
        facts = describe(*state, &rule, &principal);
        if (strcmp(facts, facts_of[i].facts) != 0) {
            fail_msg("\"%s\": %s", facts_of[i].name, facts);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(finds_what_a_rule_is_about),
        cmocka_unit_test_with_pool(takes_no_access_token_for_one_of_a_native_user),
        cmocka_unit_test_with_pool(believes_no_address_that_is_not_verified),
        cmocka_unit_test_with_pool(knows_the_client),
        cmocka_unit_test_with_pool(compares_the_time_of_the_sign_in),
        cmocka_unit_test_with_pool(needs_every_claim_of_a_profile),
        cmocka_unit_test_with_pool(shows_a_pattern_each_element),
        cmocka_unit_test_with_pool(takes_no_pattern_that_gives_up_for_an_answer),
        cmocka_unit_test_with_pool(shows_a_pattern_no_long_value),
        cmocka_unit_test_with_pool(tells_what_it_has_seen),
    };

    return cmocka_run_group_tests_name("session/rule, facts and patterns", tests, NULL,
                                       NULL);
}
