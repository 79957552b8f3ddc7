#include "test/unit/crypto/es256.h"

#include <apr_strings.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "base/base64.h"
#include "test/unit/unit.h"

static cog_span_t decode(apr_pool_t *pool, const char *text, size_t len)
{
    cog_span_t bytes;

    while (len > 0 && text[len - 1] == '=') {
        --len;
    }
    assert_int_equal(cog_base64url_decode(pool, text, len, &bytes), COG_OK);
    return bytes;
}

static const char *part_at(cog_secret_t jwt, int number, size_t *len)
{
    const char *at = jwt.bytes;

    for (; number > 0; --number) {
        at = strchr(at, '.');
        assert_non_null(at);
        ++at;
    }
    *len = strcspn(at, ".");
    return at;
}

const char *es256_part(apr_pool_t *pool, cog_secret_t jwt, int number)
{
    size_t len;
    const char *part = part_at(jwt, number, &len);

    return (const char *)decode(pool, part, len).bytes;
}

static void check_padding(cog_secret_t jwt, int is_padded)
{
    for (int i = 0; i < 3; ++i) {
        size_t len;
        const char *part = part_at(jwt, i, &len);

        assert_true(is_padded ? len % 4 == 0 : memchr(part, '=', len) == NULL);
    }
}

static int verify(EVP_PKEY *key, const char *text, size_t len, cog_span_t signature)
{
    ECDSA_SIG *numbers = ECDSA_SIG_new();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char *der = NULL;
    int der_len;
    int is_good;

    assert_int_equal(signature.len, 64);
    ECDSA_SIG_set0(numbers, BN_bin2bn(signature.bytes, 32, NULL),
                   BN_bin2bn(signature.bytes + 32, 32, NULL));
    der_len = i2d_ECDSA_SIG(numbers, &der);
    assert_int_equal(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key), 1);
    is_good = EVP_DigestVerify(context, der, (size_t)der_len, (const unsigned char *)text,
                               len) == 1;
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    ECDSA_SIG_free(numbers);
    return is_good;
}

int es256_is_signed(apr_pool_t *pool, cog_secret_t jwt, const char *pem, int is_padded)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    size_t len;
    const char *last = part_at(jwt, 2, &len);
    int is_good;

    assert_non_null(key);
    check_padding(jwt, is_padded);
    is_good =
        verify(key, jwt.bytes, (size_t)(last - jwt.bytes) - 1, decode(pool, last, len));
    EVP_PKEY_free(key);
    BIO_free(bio);
    return is_good;
}

const char *es256_new_pem(apr_pool_t *pool, const char *curve, const char *password)
{
    EVP_PKEY *key = curve ? EVP_EC_gen(curve) : EVP_RSA_gen(2048);
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long len;

    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(
                         bio, key, password ? EVP_aes_128_cbc() : NULL, password,
                         password ? (int)strlen(password) : 0, NULL, NULL),
                     1);
    len = BIO_get_mem_data(bio, &text);
    text = apr_pstrmemdup(pool, text, (size_t)len);
    BIO_free(bio);
    EVP_PKEY_free(key);
    return text;
}
