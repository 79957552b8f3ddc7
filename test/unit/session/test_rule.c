#include "test/unit/unit.h"

#include <apr_strings.h>

#include "base/claim.h"
#include "base/text.h"
#include "session/rule.h"

#define NOW      INT64_C(1900000000)
#define HOUR     INT64_C(3600)
#define FAILS    COG_VERDICT_FAILS
#define HOLDS    COG_VERDICT_HOLDS
#define UNKNOWN  COG_VERDICT_UNKNOWN
#define TEXT     COG_CLAIM_TEXT
#define LIST     COG_CLAIM_LIST
#define OTHER    COG_CLAIM_OTHER
#define NO_CLAIM NULL, TEXT

static const char *const verdict_names[] = {"FAILS", "HOLDS", "UNKNOWN"};

static apr_array_header_t *values(apr_pool_t *pool, const char *joined)
{
    apr_array_header_t *list = apr_array_make(pool, 2, sizeof(const char *));
    char *rest = apr_pstrdup(pool, joined);

    while (rest) {
        char *end = strchr(rest, '|');

        APR_ARRAY_PUSH(list, const char *) = rest;
        if (end) {
            *end++ = '\0';
        }
        rest = end;
    }
    return list;
}

static apr_array_header_t *no_claims(apr_pool_t *pool)
{
    return apr_array_make(pool, 4, sizeof(cog_claim_t));
}

static void add_claim(apr_array_header_t *claims, const char *name, const char *value,
                      cog_claim_kind_t kind)
{
    if (value) {
        APR_ARRAY_PUSH(claims, cog_claim_t) = (cog_claim_t){name, value, kind};
    }
}

static cog_finding_t judge(apr_pool_t *pool, const cog_rule_t *rule, const char *wanted,
                           const apr_array_header_t *claims)
{
    cog_principal_t principal = {claims, "app", 1, NOW - 10, NOW};
    cog_finding_t finding;

    cog_rule_judge(pool, rule, values(pool, wanted), &principal, &finding);
    assert_true((finding.verdict == UNKNOWN) == (finding.why != NULL));
    return finding;
}

static void assert_verdict(const char *rule, cog_verdict_t actual, cog_verdict_t expected)
{
    if (actual != expected) {
        fail_msg("\"%s\": %s instead of %s", rule, verdict_names[actual],
                 verdict_names[expected]);
    }
}

/* clang-format off */
/* One line per rule: claim as it is kept, values of the rule, what comes out. */
typedef struct {
    const char *rule;
    const char *value;
    cog_claim_kind_t kind;
    const char *wanted;
    cog_verdict_t verdict;
} case_t;

static const case_t groups[] = {
    {"in the group",                      "admins",           LIST,  "admins",         HOLDS},
    {"in another one too",                "staff|admins|ops", LIST,  "admins",         HOLDS},
    {"in one of several",                 "ops",              LIST,  "admins|ops",     HOLDS},
    {"in another one only",               "staff",            LIST,  "admins",         FAILS},
    {"in none",                           "",                 LIST,  "admins",         FAILS},
    {"the claim is left out for nobody's group", NO_CLAIM,           "admins",         FAILS},
    {"a,admins is one group",             "a,admins",         LIST,  "admins",         FAILS},
    {"a,admins may be required",          "a,admins",         LIST,  "a,admins",       HOLDS},
    {"as written, with the backslash",    "a\\",              LIST,  "a\\",            HOLDS},
    {"longer by a letter",                "admins2",          LIST,  "admins",         FAILS},
    {"shorter by a letter",               "admin",            LIST,  "admins",         FAILS},
    {"case counts",                       "Admins",           LIST,  "admins",         FAILS},
    {"a space counts",                    "admins ",          LIST,  "admins",         FAILS},
    {"other octets for the same letters", "admi\xef\xac\x81", LIST,  "admifi",         FAILS},
    {"a text is no list",                 "admins",           TEXT,  "admins",         UNKNOWN},
    {"a list of other things is none",    "[\"admins\",1]",   OTHER, "admins",         UNKNOWN},
    {"a value that came out empty",       "admins",           LIST,  "",               UNKNOWN},
    {"equals not even an empty group",    "a||b",             LIST,  "",               UNKNOWN},
    {"but the other value may do",        "admins",           LIST,  "|admins",        HOLDS},
};

static const case_t scopes[] = {
    {"granted",                           "orders/read",        TEXT, "orders/read",        HOLDS},
    {"among others",                      "openid orders/read x", TEXT, "orders/read",      HOLDS},
    {"one of several is enough",          "openid",             TEXT, "orders/read|openid", HOLDS},
    {"not granted",                       "openid email",       TEXT, "orders/read",        FAILS},
    {"a part of a word",                  "orders/readwrite",   TEXT, "orders/read",        FAILS},
    {"none at all",                       "",                   TEXT, "openid",             FAILS},
    {"two words are no scope",            "a b",                TEXT, "a b",                FAILS},
    {"a list is no scope",                "openid",             LIST, "openid",             UNKNOWN},
    {"the claim is missing",              NO_CLAIM,                   "openid",             UNKNOWN},
};

static const case_t claims_table[] = {
    {"a text",                            "acme",          TEXT,  "acme",      HOLDS},
    {"one of several",                    "acme",          TEXT,  "evil|acme", HOLDS},
    {"another text",                      "acme2",         TEXT,  "acme",      FAILS},
    {"a text is not split",               "acme,evil",     TEXT,  "evil",      FAILS},
    {"an element of a list",              "evil|acme",     LIST,  "acme",      HOLDS},
    {"no element",                        "evil|acme",     LIST,  "evil,acme", FAILS},
    {"an empty list",                     "",              LIST,  "acme",      FAILS},
    {"a number",                          "5",             OTHER, "5",         HOLDS},
    {"a boolean",                         "true",          OTHER, "true",      HOLDS},
    {"the other boolean",                 "false",         OTHER, "true",      FAILS},
    {"an object",                         "{\"a\":1}",     OTHER, "{\"a\":1}", UNKNOWN},
    {"a list of mixed things",            "[1,\"acme\"]",  OTHER, "acme",      UNKNOWN},
    {"the claim is missing",              NO_CLAIM,               "acme",      UNKNOWN},
    {"empty, as the value came out",      "",              TEXT,  "",          UNKNOWN},
    {"empty, and something is wanted",    "",              TEXT,  "acme",      FAILS},
};

static const case_t providers[] = {
    {"the provider",                      "EntraID",       TEXT,  "EntraID",         HOLDS},
    {"one of several",                    "EntraID",       TEXT,  "Google|EntraID",  HOLDS},
    {"another one",                       "Google",        TEXT,  "EntraID",         FAILS},
    {"case counts, as for Cognito",       "entraid",       TEXT,  "EntraID",         FAILS},
    {"a native user",                     NO_CLAIM,               "COGNITO",         HOLDS},
    {"a native user elsewhere",           NO_CLAIM,               "EntraID",         FAILS},
    {"a federated user is not native",    "EntraID",       TEXT,  "COGNITO",         FAILS},
    {"a provider that cannot be read",    "",              TEXT,  "COGNITO",         UNKNOWN},
};

/* CVE-2026-40574 and its like */
static const case_t domains[] = {
    {"the domain",                        "a@corp.com",            TEXT, "corp.com",      HOLDS},
    {"one of several",                    "a@corp.com",            TEXT, "x.com|corp.com", HOLDS},
    {"case does not count",               "A@CORP.Com",            TEXT, "corp.COM",      HOLDS},
    {"another domain",                    "a@evil.com",            TEXT, "corp.com",      FAILS},
    {"ends like it",                      "a@badcorp.com",         TEXT, "corp.com",      FAILS},
    {"begins like it",                    "a@corp.com.evil.com",   TEXT, "corp.com",      FAILS},
    {"a sub-domain",                      "a@eu.corp.com",         TEXT, "corp.com",      FAILS},
    {"a sub-domain that is written",      "a@eu.corp.com",         TEXT, "eu.corp.com",   HOLDS},
    {"any sub-domain",                    "a@eu.corp.com",         TEXT, "*.corp.com",    HOLDS},
    {"any sub-domain, however deep",      "a@b.eu.corp.com",       TEXT, "*.corp.com",    HOLDS},
    {"is not the domain itself",          "a@corp.com",            TEXT, "*.corp.com",    FAILS},
    {"nor one that ends like it",         "a@badcorp.com",         TEXT, "*.corp.com",    FAILS},
    {"nor a dot alone",                   "a@.corp.com",           TEXT, "*.corp.com",    FAILS},
    {"a trailing dot",                    "a@corp.com.",           TEXT, "corp.com",      FAILS},
    {"a trailing space",                  "a@corp.com ",           TEXT, "corp.com",      FAILS},
    {"two at signs",                      "a@evil.com@corp.com",   TEXT, "corp.com",      UNKNOWN},
    {"two at signs in quotes",            "\"a@b\"@corp.com",      TEXT, "corp.com",      UNKNOWN},
    {"no at sign",                        "corp.com",              TEXT, "corp.com",      UNKNOWN},
    {"nobody in front",                   "@corp.com",             TEXT, "corp.com",      UNKNOWN},
    {"nothing behind",                    "a@",                    TEXT, "corp.com",      UNKNOWN},
    {"only an at sign",                   "@",                     TEXT, "corp.com",      UNKNOWN},
    {"empty",                             "",                      TEXT, "corp.com",      UNKNOWN},
    {"a full stop of another script",     "a@corp\xe3\x80\x82""com", TEXT, "corp.com",    FAILS},
    {"an at sign of another script",      "a\xef\xbc\xa0""corp.com", TEXT, "corp.com",    UNKNOWN},
    {"a Kelvin sign is no k",             "a@\xe2\x84\xaa.com",    TEXT, "k.com",         FAILS},
    {"a list",                            "a@corp.com",            LIST, "corp.com",      UNKNOWN},
    {"the claim is missing",              NO_CLAIM,                      "corp.com",      UNKNOWN},
    {"a value that came out empty",       "a@corp.com",            TEXT, "",              UNKNOWN},
};
/* clang-format on */

/* The value as it is kept: of a list, | stands between the elements. */
static const char *kept(apr_pool_t *pool, const case_t *one)
{
    return one->kind == LIST ? cog_text_join(pool, values(pool, one->value)) : one->value;
}

static void run_table(apr_pool_t *pool, const cog_rule_t *rule, const char *claim,
                      const case_t *cases, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        apr_array_header_t *claims = no_claims(pool);

        add_claim(claims, claim, kept(pool, &cases[i]), cases[i].kind);
        if (rule->kind == COG_RULE_EMAIL_DOMAIN) {
            add_claim(claims, "email_verified", "true", OTHER);
        }
        assert_verdict(cases[i].rule, judge(pool, rule, cases[i].wanted, claims).verdict,
                       cases[i].verdict);
    }
}

/* W06 */
static void compares_groups_one_by_one(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_GROUP};

    run_table(*state, &rule, "cognito:groups", groups, COUNT(groups));
}

static void compares_the_words_of_a_scope(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_SCOPE};

    run_table(*state, &rule, "scope", scopes, COUNT(scopes));
}

static void compares_a_claim_by_its_type(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_CLAIM, .claim = "custom:tenant"};

    run_table(*state, &rule, "custom:tenant", claims_table, COUNT(claims_table));
    run_table(*state, &rule, "custom:tenan", claims_table + 12, 1);
}

static void knows_the_identity_provider(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_PROVIDER};

    run_table(*state, &rule, "idp_name", providers, COUNT(providers));
}

/* An access token names no provider, whoever its user comes from. */
static void takes_no_access_token_for_one_of_a_native_user(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_PROVIDER};
    cog_principal_t bearer = {no_claims(*state), "app", 0, NOW, NOW};
    cog_finding_t finding;

    cog_rule_judge(*state, &rule, values(*state, "COGNITO|EntraID"), &bearer, &finding);
    assert_int_equal(finding.verdict, UNKNOWN);
}

static void compares_the_whole_domain_of_an_address(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_EMAIL_DOMAIN};

    run_table(*state, &rule, "email", domains, COUNT(domains));
}

static void believes_no_address_that_is_not_verified(void **state)
{
    static const struct {
        const char *rule;
        const char *value;
        cog_claim_kind_t kind;
        cog_verdict_t verdict;
    } flags[] = {
        {"true",         "true", OTHER,           HOLDS},
        {"true as a text",              "true",     TEXT, HOLDS},
        {"false",         "false",               OTHER,                        UNKNOWN},
        {"false as a text",         "false",TEXT,UNKNOWN},
        {"another text","True",        TEXT,                               UNKNOWN},
        {"a number", "1",   OTHER,       UNKNOWN},
        {"a list",              "true",           LIST,                       UNKNOWN},
        {"an empty text",       "",             TEXT,               UNKNOWN},
        {"the claim is missing",          NO_CLAIM,UNKNOWN},
    };
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
    cog_finding_t finding;

    assert_int_equal(judge(*state, &rule, "x|app", no_claims(*state)).verdict, HOLDS);
    assert_int_equal(judge(*state, &rule, "App", no_claims(*state)).verdict, FAILS);
    cog_rule_judge(*state, &rule, values(*state, "app"), &nobody, &finding);
    assert_int_equal(finding.verdict, UNKNOWN);
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
        cog_finding_t finding;

        cog_rule_judge(*state, &rule, no_claims(*state), &principal, &finding);
        assert_verdict(cases[i].rule, finding.verdict, cases[i].verdict);
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
        cog_finding_t finding;

        add_claim(claims, "email", cases[i].email, TEXT);
        add_claim(claims, "name", cases[i].name, TEXT);
        finding = judge(*state, &rule, "name|email", claims);
        assert_verdict(cases[i].rule, finding.verdict, cases[i].verdict);
        if (cases[i].missing) {
            assert_string_equal(finding.seen, cases[i].missing);
        }
    }
}

/* ---- patterns ---- */

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
    cog_finding_t finding;

    add_claim(claims, "name", value, kind);
    finding = judge(pool, &rule, "unused", claims);
    matcher->gave_up = finding.gave_up;
    return finding.verdict;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(compares_groups_one_by_one),
        cmocka_unit_test_with_pool(compares_the_words_of_a_scope),
        cmocka_unit_test_with_pool(compares_a_claim_by_its_type),
        cmocka_unit_test_with_pool(knows_the_identity_provider),
        cmocka_unit_test_with_pool(takes_no_access_token_for_one_of_a_native_user),
        cmocka_unit_test_with_pool(compares_the_whole_domain_of_an_address),
        cmocka_unit_test_with_pool(believes_no_address_that_is_not_verified),
        cmocka_unit_test_with_pool(knows_the_client),
        cmocka_unit_test_with_pool(compares_the_time_of_the_sign_in),
        cmocka_unit_test_with_pool(needs_every_claim_of_a_profile),
        cmocka_unit_test_with_pool(shows_a_pattern_each_element),
        cmocka_unit_test_with_pool(takes_no_pattern_that_gives_up_for_an_answer),
        cmocka_unit_test_with_pool(shows_a_pattern_no_long_value),
        cmocka_unit_test_with_pool(tells_what_it_has_seen),
    };

    return cmocka_run_group_tests_name("session/rule", tests, NULL, NULL);
}
