#include "test/unit/unit.h"

#include "base/claim.h"
#include "base/text.h"
#include "oidc/groups.h"

static const struct {
    const char *patterns; /* joined by commas */
    const char *groups;
    const char *told; /* NULL: there is no such claim */
} rows[] = {
    {"",                "admins,orders-read",  "admins,orders-read"},
    {"orders-*",        "admins,orders-read",  "orders-read"       },
    {"!orders-*",       "admins,orders-read",  "admins"            },
    {"orders-*,!*-old", "orders-a,orders-old", "orders-a"          },
    {"nobody",          "admins,orders-read",  NULL                },
    {"nobody",          NULL,                  NULL                },
};

static const apr_array_header_t *claims_of(apr_pool_t *pool, const char *groups)
{
    apr_array_header_t *claims = apr_array_make(pool, 2, sizeof(cog_claim_t));

    if (groups) {
        APR_ARRAY_PUSH(claims, cog_claim_t) =
            (cog_claim_t){.name = "cognito:groups", .value = groups};
    }
    APR_ARRAY_PUSH(claims, cog_claim_t) = (cog_claim_t){.name = "email", .value = ""};
    return claims;
}

static void tells_what_is_named(void **state)
{
    for (size_t i = 0; i < COUNT(rows); ++i) {
        const apr_array_header_t *claims =
            cog_groups_select(*state, claims_of(*state, rows[i].groups),
                              cog_text_split(*state, rows[i].patterns));
        const cog_claim_t *first = &APR_ARRAY_IDX(claims, 0, cog_claim_t);

        assert_int_equal(claims->nelts, rows[i].told ? 2 : 1);
        assert_string_equal(first->name, rows[i].told ? "cognito:groups" : "email");
        assert_string_equal(first->value, rows[i].told ? rows[i].told : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(tells_what_is_named),
    };

    return cmocka_run_group_tests_name("oidc/groups", tests, NULL, NULL);
}
