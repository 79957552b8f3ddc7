#include "test/unit/unit.h"

#include "oidc/claim_patterns.h"
#include "test/unit/oidc/patterns.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(keeps_what_the_admin_names),
        cmocka_unit_test_with_pool(knows_what_a_pattern_asks_for),
    };

    return cmocka_run_group_tests_name("oidc/claim_patterns", tests, NULL, NULL);
}
