#include "test/unit/unit.h"

#include <apr_strings.h>

#include "crypto/jwt.h"
#include "test/unit/crypto/es256.h"

static cog_signing_key_t *some_key(apr_pool_t *pool)
{
    static const unsigned char seed[COG_SIGNING_SEED_LEN] = "some seed";
    cog_signing_key_t *key;

    assert_int_equal(cog_signing_key_make(pool, (cog_span_t){seed, sizeof(seed)}, &key),
                     COG_OK);
    return key;
}

static json_t *claims_of(unsigned number)
{
    return json_pack("{s:s, s:i}", "sub", "user \xc3\xbc", "a", (int)number);
}

/* Often enough for numbers that begin with a zero octet, or two. */
static void signs_what_others_can_verify(void **state)
{
    const cog_signing_key_t *key = some_key(*state);
    const char *pem = cog_signing_key_pem(key);

    for (unsigned i = 0; i < 600; ++i) {
        json_t *claims = claims_of(i);
        json_t *header = json_pack("{s:s}", "typ", "JWT");
        cog_secret_t jwt;

        assert_int_equal(cog_jwt_sign(*state, key, claims, &jwt), COG_OK);
        assert_true(es256_is_signed(*state, jwt, pem, 0));
        assert_int_equal(cog_jwt_sign_padded(*state, key, header, claims, &jwt), COG_OK);
        assert_true(es256_is_signed(*state, jwt, pem, 1));
        json_decref(claims);
        json_decref(header);
    }
}

static void says_how_it_is_signed(void **state)
{
    const cog_signing_key_t *key = some_key(*state);
    json_t *claims = claims_of(7);
    json_t *header;
    cog_secret_t jwt;

    assert_int_equal(cog_jwt_sign(*state, key, claims, &jwt), COG_OK);
    assert_string_equal(es256_part(*state, jwt, 1),
                        "{\"a\":7,\"sub\":\"user \xc3\xbc\"}");
    header = json_loads(es256_part(*state, jwt, 0), 0, NULL);
    assert_string_equal(json_string_value(json_object_get(header, "alg")), "ES256");
    assert_string_equal(json_string_value(json_object_get(header, "typ")), "JWT");
    assert_string_equal(json_string_value(json_object_get(header, "kid")),
                        cog_signing_key_id(key));
    assert_int_equal(json_object_size(header), 3);
    json_decref(header);
    json_decref(claims);
}

static void keeps_the_order_where_it_is_padded(void **state)
{
    const cog_signing_key_t *key = some_key(*state);
    json_t *claims = json_pack("{s:s, s:i}", "z", "1", "a", 2);
    json_t *header =
        json_pack("{s:s, s:s, s:s}", "typ", "JWT", "kid", "", "alg", "ES256");
    cog_secret_t jwt;

    assert_int_equal(cog_jwt_sign_padded(*state, key, header, claims, &jwt), COG_OK);
    assert_string_equal(es256_part(*state, jwt, 0),
                        apr_psprintf(*state,
                                     "{\"typ\":\"JWT\",\"kid\":\"%s\",\"alg\":\"ES256\"}",
                                     cog_signing_key_id(key)));
    assert_string_equal(es256_part(*state, jwt, 1), "{\"z\":\"1\",\"a\":2}");
    json_decref(header);
    json_decref(claims);
}

static void signs_no_claims_that_cannot_be_written(void **state)
{
    cog_secret_t jwt;

    assert_int_equal(cog_jwt_sign(*state, some_key(*state), NULL, &jwt), COG_E_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(signs_what_others_can_verify),
        cmocka_unit_test_with_pool(says_how_it_is_signed),
        cmocka_unit_test_with_pool(keeps_the_order_where_it_is_padded),
        cmocka_unit_test_with_pool(signs_no_claims_that_cannot_be_written),
    };

    return cmocka_run_group_tests_name("crypto/jwt", tests, NULL, NULL);
}
