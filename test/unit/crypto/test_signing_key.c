#include "test/unit/unit.h"

#include <apr_strings.h>

#include "crypto/signing_key.h"
#include "test/unit/crypto/es256.h"

/* P-256's base point and order (SP 800-186, 3.2.1.3). */
#define GX "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY"
#define GY "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
#define ORDER                                                                            \
    "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"                   \
    "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51"

static cog_signing_key_t *key_of_seed(apr_pool_t *pool, const unsigned char *end,
                                      size_t len)
{
    unsigned char *seed = apr_pcalloc(pool, COG_SIGNING_SEED_LEN);
    cog_signing_key_t *key;

    memcpy(seed + COG_SIGNING_SEED_LEN - len, end, len);
    assert_int_equal(
        cog_signing_key_make(pool, (cog_span_t){seed, COG_SIGNING_SEED_LEN}, &key),
        COG_OK);
    return key;
}

static cog_signing_key_t *some_key(apr_pool_t *pool)
{
    return key_of_seed(pool, (const unsigned char *)"some seed", 9);
}

static const char *member(const cog_signing_key_t *key, apr_pool_t *pool,
                          const char *name)
{
    json_t *jwk = cog_signing_key_jwk(key);
    const char *value = json_string_value(json_object_get(jwk, name));

    value = value ? apr_pstrdup(pool, value) : NULL;
    json_decref(jwk);
    return value;
}

static void makes_the_number_that_follows_from_the_seed(void **state)
{
    static const unsigned char zero[1];
    unsigned char below[32];
    const cog_signing_key_t *one = key_of_seed(*state, zero, 1);

    assert_string_equal(member(one, *state, "x"), GX);
    assert_string_equal(member(one, *state, "y"), GY);
    /* what is no number below the order begins anew, at one */
    memcpy(below, ORDER, sizeof(below));
    --below[31];
    assert_string_equal(cog_signing_key_id(key_of_seed(*state, below, sizeof(below))),
                        cog_signing_key_id(one));
    /* one less is the largest: the base point below the axis */
    --below[31];
    one = key_of_seed(*state, below, sizeof(below));
    assert_string_equal(member(one, *state, "x"), GX);
    assert_string_not_equal(member(one, *state, "y"), GY);
}

static void wants_a_whole_seed(void **state)
{
    static const unsigned char seed[COG_SIGNING_SEED_LEN];
    cog_signing_key_t *key;

    assert_int_equal(
        cog_signing_key_make(*state, (cog_span_t){seed, COG_SIGNING_SEED_LEN - 1}, &key),
        COG_E_INTERNAL);
}

static void is_called_by_a_uuid(void **state)
{
    const char *id = cog_signing_key_id(some_key(*state));

    assert_int_equal(strlen(id), COG_SIGNING_KEY_ID_LEN);
    for (int i = 0; id[i]; ++i) {
        int is_dash = i == 8 || i == 13 || i == 18 || i == 23;

        assert_true(is_dash ? id[i] == '-' : strchr("0123456789abcdef", id[i]) != NULL);
    }
    assert_int_equal(id[14], '8');
    assert_non_null(strchr("89ab", id[19]));
}

static void shows_its_public_part_alone(void **state)
{
    const cog_signing_key_t *key = some_key(*state);

    assert_string_equal(member(key, *state, "kty"), "EC");
    assert_string_equal(member(key, *state, "crv"), "P-256");
    assert_string_equal(member(key, *state, "alg"), "ES256");
    assert_string_equal(member(key, *state, "use"), "sig");
    assert_string_equal(member(key, *state, "kid"), cog_signing_key_id(key));
    assert_null(member(key, *state, "d"));
    assert_memory_equal(cog_signing_key_pem(key), "-----BEGIN PUBLIC KEY-----\n", 27);
}

static cog_err_t parse(apr_pool_t *pool, const char *pem)
{
    cog_signing_key_t *key;

    return cog_signing_key_parse(pool, cog_secret_of(pem), &key);
}

static void reads_what_the_administrator_has(void **state)
{
    static const char sec1[] = /* openssl ecparam -name prime256v1 -genkey */
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        "-----BEGIN EC PRIVATE KEY-----\n"
        "MHcCAQEEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABoAoGCCqGSM49\n"
        "AwEHoUQDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/\n"
        "m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n"
        "-----END EC PRIVATE KEY-----\n";
    cog_signing_key_t *key;

    assert_int_equal(parse(*state, es256_new_pem(*state, "P-256", NULL)), COG_OK);
    assert_int_equal(cog_signing_key_parse(*state, cog_secret_of(sec1), &key), COG_OK);
    assert_string_equal(member(key, *state, "x"), GX);
}

static void refuses_all_else(void **state)
{
    const char *public = cog_signing_key_pem(some_key(*state));

    assert_int_equal(parse(*state, NULL), COG_E_MISCONFIGURED);
    assert_int_equal(parse(*state, ""), COG_E_MISCONFIGURED);
    assert_int_equal(parse(*state, "a secret of more than 32 characters"),
                     COG_E_MISCONFIGURED);
    assert_int_equal(parse(*state, public), COG_E_MISCONFIGURED);
    assert_int_equal(parse(*state, es256_new_pem(*state, "P-384", NULL)),
                     COG_E_MISCONFIGURED);
    assert_int_equal(parse(*state, es256_new_pem(*state, NULL, NULL)),
                     COG_E_MISCONFIGURED);
    assert_int_equal(parse(*state, es256_new_pem(*state, "P-256", "password")),
                     COG_E_MISCONFIGURED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(makes_the_number_that_follows_from_the_seed),
        cmocka_unit_test_with_pool(wants_a_whole_seed),
        cmocka_unit_test_with_pool(is_called_by_a_uuid),
        cmocka_unit_test_with_pool(shows_its_public_part_alone),
        cmocka_unit_test_with_pool(reads_what_the_administrator_has),
        cmocka_unit_test_with_pool(refuses_all_else),
    };

    return cmocka_run_group_tests_name("crypto/signing_key", tests, NULL, NULL);
}
