#include "test/unit/session/rule_judge.h"

#include "base/text.h"

/* One line per rule: claim as it is kept, values of the rule, what comes out. */
typedef struct {
    const char *rule;
    const char *value;
    cog_claim_kind_t kind;
    const char *wanted;
    cog_verdict_t verdict;
} case_t;

/* clang-format off */
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

/* clang-format on */

/* clang-format off */
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

/* clang-format on */

/* clang-format off */
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

/* clang-format on */

/* clang-format off */
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

/* clang-format on */

/* clang-format off */
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
}

static void takes_no_claim_for_one_of_another_name(void **state)
{
    static const char *const others[] = {"custom:tenan", "custom:tenant2",
                                         "Custom:tenant", "tenant"};
    const cog_rule_t rule = {.kind = COG_RULE_CLAIM, .claim = "custom:tenant"};

    for (size_t i = 0; i < COUNT(others); ++i) {
        apr_array_header_t *claims = no_claims(*state);

        add_claim(claims, others[i], "acme", TEXT);
        assert_verdict(others[i], judge(*state, &rule, "acme", claims).verdict, UNKNOWN);
    }
}

static void knows_the_identity_provider(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_PROVIDER};

    run_table(*state, &rule, "idp_name", providers, COUNT(providers));
}

static void compares_the_whole_domain_of_an_address(void **state)
{
    const cog_rule_t rule = {.kind = COG_RULE_EMAIL_DOMAIN};

    run_table(*state, &rule, "email", domains, COUNT(domains));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(compares_groups_one_by_one),
        cmocka_unit_test_with_pool(compares_the_words_of_a_scope),
        cmocka_unit_test_with_pool(compares_a_claim_by_its_type),
        cmocka_unit_test_with_pool(takes_no_claim_for_one_of_another_name),
        cmocka_unit_test_with_pool(knows_the_identity_provider),
        cmocka_unit_test_with_pool(compares_the_whole_domain_of_an_address),
    };

    return cmocka_run_group_tests_name("session/rule, texts and lists", tests, NULL,
                                       NULL);
}
