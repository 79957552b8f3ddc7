#include "test/unit/jwt_maker.h"

#include "test/unit/unit.h"

#include <apr_strings.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

struct jwt_maker_t {
    const char *kid;
    EVP_PKEY *key;
};

static apr_status_t free_key(void *key)
{
    EVP_PKEY_free(key);
    return APR_SUCCESS;
}

static jwt_maker_t *wrap(apr_pool_t *pool, const char *kid, EVP_PKEY *key)
{
    jwt_maker_t *maker = apr_pcalloc(pool, sizeof(*maker));

    assert_non_null(key);
    maker->kid = kid;
    maker->key = key;
    apr_pool_cleanup_register(pool, key, free_key, apr_pool_cleanup_null);
    return maker;
}

jwt_maker_t *jwt_maker_make_bits(apr_pool_t *pool, const char *kid, int bits)
{
    return wrap(pool, kid, EVP_RSA_gen((unsigned)bits));
}

jwt_maker_t *jwt_maker_make(apr_pool_t *pool, const char *kid)
{
    /* making a key takes longer than a test: one for each key id and process */
    static struct {
        char kid[64];
        EVP_PKEY *key;
    } made[16];
    size_t i = 0;

    while (made[i].key && strcmp(made[i].kid, kid) != 0) {
        assert_true(++i < COUNT(made));
    }
    if (!made[i].key) {
        made[i].key = EVP_RSA_gen(2048);
        apr_cpystrn(made[i].kid, kid, sizeof(made[i].kid));
    }
    EVP_PKEY_up_ref(made[i].key);
    return wrap(pool, kid, made[i].key);
}

struct evp_pkey_st *jwt_maker_key(const jwt_maker_t *maker)
{
    return maker->key;
}

const char *jwt_maker_base64url(apr_pool_t *pool, const unsigned char *bytes, size_t len)
{
    char *text = apr_palloc(pool, len * 4 / 3 + 8);
    int written = EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);

    for (int i = 0; i < written; ++i) {
        text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
        if (text[i] == '=') {
            text[i] = '\0';
            break;
        }
    }
    return text;
}

static const char *number(apr_pool_t *pool, const jwt_maker_t *maker, const char *name)
{
    unsigned char bytes[1024];
    BIGNUM *value = NULL;
    int len;

    assert_int_equal(EVP_PKEY_get_bn_param(maker->key, name, &value), 1);
    len = BN_bn2bin(value, bytes);
    BN_free(value);
    return jwt_maker_base64url(pool, bytes, (size_t)len);
}

const char *jwt_maker_jwk(apr_pool_t *pool, const jwt_maker_t *maker)
{
    return apr_psprintf(pool,
                        "{\"alg\":\"RS256\",\"e\":\"%s\",\"kid\":\"%s\",\"kty\":\"RSA\","
                        "\"n\":\"%s\",\"use\":\"sig\"}",
                        number(pool, maker, OSSL_PKEY_PARAM_RSA_E), maker->kid,
                        number(pool, maker, OSSL_PKEY_PARAM_RSA_N));
}

const char *jwt_maker_jwks(apr_pool_t *pool, const jwt_maker_t *maker)
{
    return apr_pstrcat(pool, "{\"keys\":[", jwt_maker_jwk(pool, maker), "]}", NULL);
}

const char *jwt_maker_sign_input(apr_pool_t *pool, const jwt_maker_t *maker,
                                 const char *input)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[1024];
    size_t len = sizeof(signature);

    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, maker->key),
                     1);
    assert_int_equal(EVP_DigestSign(context, signature, &len,
                                    (const unsigned char *)input, strlen(input)),
                     1);
    EVP_MD_CTX_free(context);
    return apr_pstrcat(pool, input, ".", jwt_maker_base64url(pool, signature, len), NULL);
}

const char *jwt_maker_sign_as(apr_pool_t *pool, const jwt_maker_t *maker,
                              const char *header, const char *payload)
{
    const char *input = apr_pstrcat(
        pool, jwt_maker_base64url(pool, (const unsigned char *)header, strlen(header)),
        ".", jwt_maker_base64url(pool, (const unsigned char *)payload, strlen(payload)),
        NULL);

    return jwt_maker_sign_input(pool, maker, input);
}

const char *jwt_maker_sign(apr_pool_t *pool, const jwt_maker_t *maker,
                           const char *payload)
{
    return jwt_maker_sign_as(
        pool, maker, apr_psprintf(pool, "{\"kid\":\"%s\",\"alg\":\"RS256\"}", maker->kid),
        payload);
}
