#include "test/unit/unit.h"

#include <apr_strings.h>

#include "crypto/digest.h"

/* RFC 7636, appendix B */
static void makes_the_challenge_of_a_verifier(void **state)
{
    cog_secret_t verifier = cog_secret_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");

    assert_string_equal(cog_digest_s256(*state, verifier),
                        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

/* OpenID Connect Core 1.0, A.3 */
static void makes_the_hash_of_an_access_token(void **state)
{
    cog_secret_t token = cog_secret_of("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");

    assert_string_equal(cog_digest_half(*state, token), "77QmUPtjPfzWtF2AnpK9RQ");
}

static void takes_no_secret_for_an_empty_one(void **state)
{
    cog_secret_t unset = cog_secret_of(NULL);
    cog_secret_t empty = cog_secret_of("");

    assert_string_equal(cog_digest_s256(*state, unset), cog_digest_s256(*state, empty));
    assert_string_equal(cog_digest_half(*state, unset), cog_digest_half(*state, empty));
}

static void shows_six_digits_of_a_secret(void **state)
{
    assert_string_equal(cog_secret_hint(*state, cog_secret_of("secret")), "2bb80d");
    assert_string_equal(cog_secret_hint(*state, cog_secret_of("")), "e3b0c4");
    assert_string_equal(cog_secret_hint(*state, cog_secret_of(NULL)), "none");
}

/* RFC 4231, 4.3 */
static void makes_a_message_code(void **state)
{
    cog_secret_t key = cog_secret_of("Jefe");
    cog_span_t data = cog_span_of("what do ya want for nothing?");
    static const char code[] = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM";

    assert_string_equal(cog_hmac_text(*state, key, data), code);
    assert_true(cog_hmac_is(*state, key, data, code));
}

static void refuses_every_other_message_code(void **state)
{
    cog_secret_t key = cog_secret_of("Jefe");
    cog_span_t data = cog_span_of("data");
    const char *code = cog_hmac_text(*state, key, data);
    size_t len = strlen(code);

    assert_true(cog_hmac_is(*state, key, data, code));
    for (size_t i = 0; i < len; ++i) {
        char *other = apr_pstrdup(*state, code);

        other[i] = other[i] == 'A' ? 'B' : 'A';
        assert_false(cog_hmac_is(*state, key, data, other));
        other[i] = '\0';
        assert_false(cog_hmac_is(*state, key, data, other));
    }
    assert_false(cog_hmac_is(*state, key, data, NULL));
    assert_false(cog_hmac_is(*state, key, data, apr_pstrcat(*state, code, "=", NULL)));
    assert_false(cog_hmac_is(*state, key, cog_span_of("date"), code));
    assert_false(cog_hmac_is(*state, cog_secret_of("Jeff"), data, code));
}

static void makes_a_code_of_no_data(void **state)
{
    cog_secret_t key = cog_secret_of("Jefe");

    assert_string_equal(cog_hmac_text(*state, key, cog_span_of(NULL)),
                        cog_hmac_text(*state, key, cog_span_of("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(makes_the_challenge_of_a_verifier),
        cmocka_unit_test_with_pool(makes_the_hash_of_an_access_token),
        cmocka_unit_test_with_pool(takes_no_secret_for_an_empty_one),
        cmocka_unit_test_with_pool(shows_six_digits_of_a_secret),
        cmocka_unit_test_with_pool(makes_a_message_code),
        cmocka_unit_test_with_pool(refuses_every_other_message_code),
        cmocka_unit_test_with_pool(makes_a_code_of_no_data),
    };

    return cmocka_run_group_tests_name("crypto/digest", tests, NULL, NULL);
}
