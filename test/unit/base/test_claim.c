#include "test/unit/unit.h"

#include "base/claim.h"

static apr_array_header_t *claims_of(apr_pool_t *pool, const char **names, int count)
{
    apr_array_header_t *claims = apr_array_make(pool, count, sizeof(cog_claim_t));

    for (int i = 0; i < count; ++i) {
        APR_ARRAY_PUSH(claims, cog_claim_t) =
            (cog_claim_t){names[i], names[i], COG_CLAIM_TEXT};
    }
    return claims;
}

static void finds_every_claim_by_its_exact_name(void **state)
{
    const char *names[] = {"Email", "cognito:groups", "email", "email_verified", "sub"};
    apr_array_header_t *claims = claims_of(*state, names, COUNT(names));

    for (size_t i = 0; i < COUNT(names); ++i) {
        assert_string_equal(cog_claims_get(claims, names[i]), names[i]);
    }
}

static void finds_no_claim_that_is_not_there(void **state)
{
    const char *names[] = {"email", "sub"};
    apr_array_header_t *claims = claims_of(*state, names, COUNT(names));

    assert_null(cog_claims_get(claims, "emai"));
    assert_null(cog_claims_get(claims, "email_"));
    assert_null(cog_claims_get(claims, ""));
    assert_null(cog_claims_get(claims, "zoneinfo"));
    assert_null(cog_claims_get(claims_of(*state, NULL, 0), "sub"));
}

/* value, kind, as it was in the token */
static const struct {
    const char *value;
    cog_claim_kind_t kind;
    const char *json;
} values[] = {
    {"true",                COG_CLAIM_TEXT,  "\"true\""              },
    {"",                    COG_CLAIM_TEXT,  "\"\""                  },
    {"admins,a%2Cb",        COG_CLAIM_LIST,  "[\"admins\",\"a,b\"]"  },
    {"",                    COG_CLAIM_LIST,  "[]"                    },
    {"true",                COG_CLAIM_OTHER, "true"                  },
    {"17",                  COG_CLAIM_OTHER, "17"                    },
    {"{\"city\":\"Bonn\"}", COG_CLAIM_OTHER, "{\"city\":\"Bonn\"}"   },
    {"{ no JSON any more",  COG_CLAIM_OTHER, "\"{ no JSON any more\""},
};

static void says_values_as_the_token_had_them(void **state)
{
    for (size_t i = 0; i < COUNT(values); ++i) {
        const cog_claim_t claim = {"x", values[i].value, values[i].kind};
        json_t *json = cog_claim_json(*state, &claim);
        char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

        assert_string_equal(text, values[i].json);
        free(text);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(finds_every_claim_by_its_exact_name),
        cmocka_unit_test_with_pool(finds_no_claim_that_is_not_there),
        cmocka_unit_test_with_pool(says_values_as_the_token_had_them),
    };

    return cmocka_run_group_tests_name("base/claim", tests, NULL, NULL);
}
