/* Signatures that only a careless verifier takes: RFC 8017, 8.2.2 and the attacks on it.
 */
#include "test/unit/unit.h"

#include <apr_strings.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "base/json.h"
#include "crypto/jws.h"
#include "test/unit/jwt_maker.h"

#define KID  "key/1="
#define SIZE 256

typedef struct {
    unsigned char bytes[SIZE];
} block_t;

/* RFC 8017, 9.2, note 1: what stands before the hash. */
#define SHA256_PREFIX                                                                    \
    "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
#define SHA256_WITHOUT_NULL                                                              \
    "\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20"
#define SHA256_LONG_LENGTH                                                               \
    "\x30\x81\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
#define SHA512_256_PREFIX                                                                \
    "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x06\x05\x00\x04\x20"
#define SHA3_256_PREFIX                                                                  \
    "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x08\x05\x00\x04\x20"
#define SHA1_PREFIX "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"

static const char *input_of(apr_pool_t *pool, const char *header)
{
    static const char payload[] = "{\"sub\":\"alice\"}";

    return apr_pstrcat(
        pool, jwt_maker_base64url(pool, (const unsigned char *)header, strlen(header)),
        ".", jwt_maker_base64url(pool, (const unsigned char *)payload, strlen(payload)),
        NULL);
}

static const char *rs256_input(apr_pool_t *pool)
{
    return input_of(pool, "{\"kid\":\"" KID "\",\"alg\":\"RS256\"}");
}

static cog_err_t check(apr_pool_t *pool, const char *input,
                       const unsigned char *signature, size_t len)
{
    const char *jwks = jwt_maker_jwks(pool, jwt_maker_make(pool, KID));
    const char *token =
        apr_pstrcat(pool, input, ".", jwt_maker_base64url(pool, signature, len), NULL);
    json_t *claims = NULL;
    cog_jwk_set_t *set;
    cog_jws_t *jws;
    cog_err_t err;

    assert_int_equal(cog_jwk_set_parse(pool, cog_span_of(jwks), &set), COG_OK);
    COG_TRY(cog_jws_parse(pool, cog_secret_of(token), &jws));
    err = cog_jws_verify(jws, cog_jwk_set_find(set, KID), &claims);
    assert_int_equal(claims != NULL, err == COG_OK);
    return err;
}

/* The bare private operation, on a block of any form. */
static void sign_block(apr_pool_t *pool, const unsigned char *block,
                       unsigned char *signature)
{
    EVP_PKEY_CTX *context =
        EVP_PKEY_CTX_new(jwt_maker_key(jwt_maker_make(pool, KID)), NULL);
    size_t len = SIZE;

    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
    assert_int_equal(EVP_PKEY_sign(context, signature, &len, block, SIZE), 1);
    assert_int_equal(len, SIZE);
    EVP_PKEY_CTX_free(context);
}

/* 00 01 FF .. FF 00 prefix hash, filling the block. */
static block_t pad(const char *prefix, size_t prefix_len, const unsigned char *hash,
                   size_t hash_len)
{
    size_t zero = SIZE - prefix_len - hash_len - 1;
    block_t block;

    memset(block.bytes, 0xff, sizeof(block.bytes));
    block.bytes[0] = 0;
    block.bytes[1] = 1;
    block.bytes[zero] = 0;
    memcpy(block.bytes + zero + 1, prefix, prefix_len);
    memcpy(block.bytes + zero + 1 + prefix_len, hash, hash_len);
    return block;
}

#define PAD(prefix, hash) pad(prefix, sizeof(prefix) - 1, hash, sizeof(hash))

static cog_err_t check_block(apr_pool_t *pool, const block_t *block)
{
    unsigned char signature[SIZE];

    sign_block(pool, block->bytes, signature);
    return check(pool, rs256_input(pool), signature, sizeof(signature));
}

static block_t good_block(apr_pool_t *pool)
{
    const char *input = rs256_input(pool);
    unsigned char hash[32];

    SHA256((const unsigned char *)input, strlen(input), hash);
    return PAD(SHA256_PREFIX, hash);
}

static void takes_the_padding_of_the_specification(void **state)
{
    block_t block = good_block(*state);

    assert_int_equal(check_block(*state, &block), COG_OK);
}

static void refuses_padding_with_any_byte_changed(void **state)
{
    for (size_t i = 0; i < SIZE; ++i) {
        block_t block = good_block(*state);

        /* the first two stay below the modulus */
        block.bytes[i] = (unsigned char)(block.bytes[i] ^ (i == 0 ? 0x01 : 0x02));
        assert_result("changed byte", check_block(*state, &block), COG_E_TOKEN_SIGNATURE);
    }
}

static void refuses_other_algorithms_in_the_padding(void **state)
{
    const char *input = rs256_input(*state);
    unsigned char hash[32];
    unsigned char short_hash[20];
    block_t blocks[6];

    SHA256((const unsigned char *)input, strlen(input), hash);
    SHA1((const unsigned char *)input, strlen(input), short_hash);
    blocks[0] = PAD(SHA256_WITHOUT_NULL, hash);
    blocks[1] = PAD(SHA256_LONG_LENGTH, hash);
    blocks[2] = PAD(SHA512_256_PREFIX, hash);
    blocks[3] = PAD(SHA3_256_PREFIX, hash);
    blocks[4] = PAD("", hash);
    blocks[5] = PAD(SHA1_PREFIX, short_hash);
    for (size_t i = 0; i < COUNT(blocks); ++i) {
        assert_result("other algorithm", check_block(*state, &blocks[i]),
                      COG_E_TOKEN_SIGNATURE);
    }
}

/* Bleichenbacher's forgery: short padding, and room for anything after the hash. */
static void refuses_anything_after_the_hash(void **state)
{
    for (size_t padding = 8; padding < 200; padding += 13) {
        block_t good = good_block(*state);
        block_t block;
        size_t rest = SIZE - 51 - padding - 3;

        memset(&block, 0x5a, sizeof(block));
        memcpy(block.bytes, good.bytes, padding + 2);
        block.bytes[padding + 2] = 0;
        memcpy(block.bytes + padding + 3, good.bytes + SIZE - 51, 51);
        assert_result("garbage", check_block(*state, &block), COG_E_TOKEN_SIGNATURE);
        memset(block.bytes + SIZE - rest, 0, rest);
        assert_result("zeros", check_block(*state, &block), COG_E_TOKEN_SIGNATURE);
    }
}

/* Zeros instead of FF: another number of the same hash. */
static void refuses_padding_of_zeros(void **state)
{
    block_t block = good_block(*state);

    memset(block.bytes + 2, 0, SIZE - 51 - 3);
    assert_int_equal(check_block(*state, &block), COG_E_TOKEN_SIGNATURE);
    block.bytes[1] = 0;
    assert_int_equal(check_block(*state, &block), COG_E_TOKEN_SIGNATURE);
}

/* The signature as a number must be below the modulus, and as long as it. */
static void refuses_numbers_that_are_out_of_range(void **state)
{
    EVP_PKEY *key = jwt_maker_key(jwt_maker_make(*state, KID));
    const char *input = rs256_input(*state);
    block_t block = good_block(*state);
    unsigned char signature[SIZE + 1] = {0};
    unsigned char changed[SIZE + 2];
    BIGNUM *modulus = NULL;
    BIGNUM *value;

    sign_block(*state, block.bytes, signature + 1);
    assert_int_equal(check(*state, input, signature + 1, SIZE), COG_OK);
    assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus), 1);
    value = BN_bin2bn(signature + 1, SIZE, NULL);
    BN_add(value, value, modulus);
    assert_int_equal(BN_bn2binpad(value, changed, SIZE + 1), SIZE + 1);
    assert_result("plus the modulus", check(*state, input, changed, SIZE + 1),
                  COG_E_TOKEN_SIGNATURE);
    if (changed[0] == 0) {
        assert_result("plus the modulus, cut", check(*state, input, changed + 1, SIZE),
                      COG_E_TOKEN_SIGNATURE);
    }
    BN_bn2binpad(modulus, changed, SIZE);
    assert_result("the modulus", check(*state, input, changed, SIZE),
                  COG_E_TOKEN_SIGNATURE);
    BN_sub_word(modulus, 1);
    BN_bn2binpad(modulus, changed, SIZE);
    assert_result("the modulus less one", check(*state, input, changed, SIZE),
                  COG_E_TOKEN_SIGNATURE);
    assert_result("leading zero", check(*state, input, signature, SIZE + 1),
                  COG_E_TOKEN_SIGNATURE);
    memcpy(changed, signature + 1, SIZE);
    changed[SIZE] = 0;
    assert_result("trailing zero", check(*state, input, changed, SIZE + 1),
                  COG_E_TOKEN_SIGNATURE);
    BN_free(modulus);
    BN_free(value);
}

static void refuses_signatures_of_every_other_length(void **state)
{
    const char *input = rs256_input(*state);
    block_t block = good_block(*state);
    unsigned char signature[SIZE] = {0};

    assert_result("zeros", check(*state, input, signature, SIZE), COG_E_TOKEN_SIGNATURE);
    signature[SIZE - 1] = 1;
    assert_result("one", check(*state, input, signature, SIZE), COG_E_TOKEN_SIGNATURE);
    memset(signature, 0xff, SIZE);
    assert_result("all ones", check(*state, input, signature, SIZE),
                  COG_E_TOKEN_SIGNATURE);
    sign_block(*state, block.bytes, signature);
    for (size_t len = 1; len < SIZE; ++len) {
        assert_result("cut", check(*state, input, signature, len), COG_E_TOKEN_SIGNATURE);
        assert_result("cut in front", check(*state, input, signature + SIZE - len, len),
                      COG_E_TOKEN_SIGNATURE);
    }
}

/* alg-ps256 and its like under the right name of the algorithm */
static void refuses_other_kinds_of_rsa_signatures(void **state)
{
    static const struct {
        const char *rule;
        int padding;
        const char *digest;
    } kinds[] = {
        {"PS256", RSA_PKCS1_PSS_PADDING, "SHA256"},
        {"RS384", RSA_PKCS1_PADDING,     "SHA384"},
        {"RS512", RSA_PKCS1_PADDING,     "SHA512"},
        {"RS1",   RSA_PKCS1_PADDING,     "SHA1"  },
    };
    EVP_PKEY *key = jwt_maker_key(jwt_maker_make(*state, KID));
    const char *input = rs256_input(*state);

    for (size_t i = 0; i < COUNT(kinds); ++i) {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        unsigned char signature[SIZE];
        size_t len = sizeof(signature);
        EVP_PKEY_CTX *options;

        assert_int_equal(EVP_DigestSignInit_ex(context, &options, kinds[i].digest, NULL,
                                               NULL, key, NULL),
                         1);
        EVP_PKEY_CTX_set_rsa_padding(options, kinds[i].padding);
        assert_int_equal(EVP_DigestSign(context, signature, &len,
                                        (const unsigned char *)input, strlen(input)),
                         1);
        EVP_MD_CTX_free(context);
        assert_result(kinds[i].rule, check(*state, input, signature, len),
                      COG_E_TOKEN_SIGNATURE);
    }
}

static cog_err_t check_hmac(apr_pool_t *pool, const void *secret, size_t len)
{
    const char *input = input_of(pool, "{\"kid\":\"" KID "\",\"alg\":\"HS256\"}");
    unsigned char mac[32];

    assert_non_null(HMAC(EVP_sha256(), secret, (int)len, (const unsigned char *)input,
                         strlen(input), mac, NULL));
    return check(pool, input, mac, sizeof(mac));
}

/* alg-hs256-rsa-*: our public key, in any form, is no secret. */
static void takes_no_form_of_the_public_key_for_a_secret(void **state)
{
    jwt_maker_t *maker = jwt_maker_make(*state, KID);
    const char *jwk = jwt_maker_jwk(*state, maker);
    json_t *object = cog_json_own(*state, json_loads(jwk, 0, NULL));
    const char *modulus = json_string_value(json_object_get(object, "n"));
    unsigned char *der = NULL;
    int der_len = i2d_PUBKEY(jwt_maker_key(maker), &der);
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem;
    long pem_len;

    assert_true(der_len > 0);
    PEM_write_bio_PUBKEY(bio, jwt_maker_key(maker));
    pem_len = BIO_get_mem_data(bio, &pem);
    assert_result("alg-hs256-rsa-empty", check_hmac(*state, "", 0),
                  COG_E_TOKEN_ALGORITHM);
    assert_result("alg-hs256-rsa-der", check_hmac(*state, der, (size_t)der_len),
                  COG_E_TOKEN_ALGORITHM);
    assert_result("alg-hs256-rsa-pem", check_hmac(*state, pem, (size_t)pem_len),
                  COG_E_TOKEN_ALGORITHM);
    assert_result("alg-hs256-rsa-n-text", check_hmac(*state, modulus, strlen(modulus)),
                  COG_E_TOKEN_ALGORITHM);
    assert_result("alg-hs256-rsa-jwk", check_hmac(*state, jwk, strlen(jwk)),
                  COG_E_TOKEN_ALGORITHM);
    OPENSSL_free(der);
    BIO_free(bio);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(takes_the_padding_of_the_specification),
        cmocka_unit_test_with_pool(refuses_padding_with_any_byte_changed),
        cmocka_unit_test_with_pool(refuses_other_algorithms_in_the_padding),
        cmocka_unit_test_with_pool(refuses_anything_after_the_hash),
        cmocka_unit_test_with_pool(refuses_padding_of_zeros),
        cmocka_unit_test_with_pool(refuses_numbers_that_are_out_of_range),
        cmocka_unit_test_with_pool(refuses_signatures_of_every_other_length),
        cmocka_unit_test_with_pool(refuses_other_kinds_of_rsa_signatures),
        cmocka_unit_test_with_pool(takes_no_form_of_the_public_key_for_a_secret),
    };

    return cmocka_run_group_tests_name("crypto/jws, signatures", tests, NULL, NULL);
}
