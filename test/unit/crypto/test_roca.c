#include "test/unit/unit.h"

#include <openssl/bn.h>

#include "crypto/jwk_set.h"
#include "crypto/roca.h"
#include "test/unit/jwt_maker.h"

#define BITS 2048

/* The product of the primes up to 167, as the chips had it for keys of 512 bits and more.
 */
static BIGNUM *primorial(BN_CTX *context)
{
    BIGNUM *product = BN_new();
    BIGNUM *prime = BN_new();

    BN_one(product);
    for (unsigned p = 2; p <= 167; ++p) {
        BN_set_word(prime, p);
        if (BN_check_prime(prime, context, NULL) == 1) {
            BN_mul_word(product, p);
        }
    }
    BN_free(prime);
    return product;
}

/* A prime as the chips made them: k * M + (65537^a mod M). */
static BIGNUM *weak_prime(const BIGNUM *product, BN_CTX *context)
{
    BIGNUM *prime = BN_new();
    BIGNUM *power = BN_new();
    BIGNUM *base = BN_new();

    BN_set_word(base, 65537);
    do {
        BN_rand(power, 60, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
        BN_mod_exp(power, base, power, product, context);
        BN_rand(prime, BITS / 2 - BN_num_bits(product), BN_RAND_TOP_TWO,
                BN_RAND_BOTTOM_ANY);
        BN_mul(prime, prime, product, context);
        BN_add(prime, prime, power);
    } while (BN_check_prime(prime, context, NULL) != 1);
    BN_free(power);
    BN_free(base);
    return prime;
}

/* The modulus of such a key, as bytes. */
static size_t weak_modulus(unsigned char *bytes)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *product = primorial(context);
    BIGNUM *p = weak_prime(product, context);
    BIGNUM *q = weak_prime(product, context);
    int len;

    BN_mul(p, p, q, context);
    len = BN_bn2bin(p, bytes);
    BN_free(product);
    BN_free(p);
    BN_free(q);
    BN_CTX_free(context);
    return (size_t)len;
}

/* J02 */
static void knows_the_fingerprint(void **state)
{
    unsigned char bytes[BITS / 8];

    (void)state;
    for (int i = 0; i < 3; ++i) {
        size_t len = weak_modulus(bytes);

        assert_true(cog_roca_is_likely((cog_span_t){bytes, len}));
        bytes[len - 1] = (unsigned char)(bytes[len - 1] ^ 2);
        assert_false(cog_roca_is_likely((cog_span_t){bytes, len}));
    }
}

static void keeps_such_a_key_out_of_a_set(void **state)
{
    unsigned char bytes[BITS / 8];
    json_t *document =
        json_loads(jwt_maker_jwks(*state, jwt_maker_make(*state, "key")), 0, NULL);
    json_t *key = json_array_get(json_object_get(document, "keys"), 0);
    size_t len = weak_modulus(bytes);
    cog_jwk_set_t *set;
    char *text;

    json_object_set_new(key, "n", json_string(jwt_maker_base64url(*state, bytes, len)));
    text = json_dumps(document, 0);
    assert_int_equal(cog_jwk_set_parse(*state, cog_span_of(text), &set), COG_E_JWKS);
    free(text);
    json_decref(document);
}

/* By chance one number in 2^27 bears it: not these. */
static void leaves_other_numbers_alone(void **state)
{
    unsigned char bytes[256];

    (void)state;
    for (unsigned seed = 0; seed < 1000; ++seed) {
        unsigned value = seed;

        for (size_t i = 0; i < sizeof(bytes); ++i) {
            value = value * 1103515245U + 12345U;
            bytes[i] = (unsigned char)(value >> 16);
        }
        bytes[255] |= 1;
        assert_false(cog_roca_is_likely((cog_span_t){bytes, sizeof(bytes)}));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_fingerprint),
        cmocka_unit_test_with_pool(keeps_such_a_key_out_of_a_set),
        cmocka_unit_test(leaves_other_numbers_alone),
    };

    return cmocka_run_group_tests_name("crypto/roca", tests, NULL, NULL);
}
