#include "crypto/signing_key.h"

#include <apr_strings.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <string.h>

#include "base/base64.h"
#include "crypto/signing_key_private.h"

#define CURVE      "P-256"
#define NUMBER_LEN (COG_SIGNATURE_LEN / 2) /* also of a coordinate */
#define POINT_LEN  (1 + 2 * NUMBER_LEN)    /* 4, x, y (SEC 1, 2.3.3) */

struct cog_signing_key_t {
    const char *id;
    const char *x; /* base64url */
    const char *y;
    const char *pem;
    EVP_PKEY *pair;
    cjose_jwk_t *jwk; /* the same */
};

static apr_status_t release_pair(void *pair)
{
    EVP_PKEY_free(pair);
    return APR_SUCCESS;
}

static apr_status_t release_jwk(void *jwk)
{
    cjose_jwk_release(jwk);
    return APR_SUCCESS;
}

/* What we leave in the thread's queue, mod_ssl would take for its own. */
static cog_err_t failed(cog_err_t err)
{
    ERR_clear_error();
    return err;
}

static int find_point(const BIGNUM *number, unsigned char *point)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *found = group ? EC_POINT_new(group) : NULL;
    int is_found = found && EC_POINT_mul(group, found, number, NULL, NULL, NULL) == 1 &&
                   EC_POINT_point2oct(group, found, POINT_CONVERSION_UNCOMPRESSED, point,
                                      POINT_LEN, NULL) == POINT_LEN;

    EC_POINT_free(found);
    EC_GROUP_free(group);
    return is_found;
}

/* OpenSSL takes numbers in the order of octets that the machine has. */
static int import(const BIGNUM *number, const unsigned char *point, EVP_PKEY **pair)
{
    unsigned char native[NUMBER_LEN];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char[]){CURVE}, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                          (void *)(uintptr_t)point, POINT_LEN),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, sizeof(native)),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    int is_done = context && BN_bn2nativepad(number, native, sizeof(native)) > 0 &&
                  EVP_PKEY_fromdata_init(context) == 1 &&
                  EVP_PKEY_fromdata(context, pair, EVP_PKEY_KEYPAIR, params) == 1;

    EVP_PKEY_CTX_free(context);
    cog_secret_wipe(native, sizeof(native));
    return is_done;
}

static cog_err_t make_pair(apr_pool_t *pool, const BIGNUM *number, unsigned char *point,
                           cog_signing_key_t *key)
{
    COG_REQUIRE(find_point(number, point), COG_E_INTERNAL);
    COG_REQUIRE(import(number, point, &key->pair), COG_E_INTERNAL);
    apr_pool_cleanup_register(pool, key->pair, release_pair, apr_pool_cleanup_null);
    return COG_OK;
}

static cog_err_t make_jwk(apr_pool_t *pool, const BIGNUM *number, unsigned char *point,
                          cog_signing_key_t *key)
{
    unsigned char private[NUMBER_LEN];
    const cjose_jwk_ec_keyspec spec = {
        .crv = CJOSE_JWK_EC_P_256,
        .d = private,
        .dlen = NUMBER_LEN,
        .x = point + 1,
        .xlen = NUMBER_LEN,
        .y = point + 1 + NUMBER_LEN,
        .ylen = NUMBER_LEN,
    };

    if (BN_bn2binpad(number, private, NUMBER_LEN) == NUMBER_LEN) {
        key->jwk = cjose_jwk_create_EC_spec(&spec, NULL);
    }
    cog_secret_wipe(private, sizeof(private));
    COG_REQUIRE(key->jwk, COG_E_INTERNAL);
    apr_pool_cleanup_register(pool, key->jwk, release_jwk, apr_pool_cleanup_null);
    return COG_OK;
}

static cog_err_t write_pem(apr_pool_t *pool, cog_signing_key_t *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len = 0;

    if (bio && PEM_write_bio_PUBKEY(bio, key->pair) == 1) {
        len = BIO_get_mem_data(bio, &text);
    }
    key->pem = len > 0 ? apr_pstrmemdup(pool, text, (size_t)len) : NULL;
    BIO_free(bio);
    COG_REQUIRE(key->pem, COG_E_INTERNAL);
    return COG_OK;
}

/* The thumbprint of RFC 7638, as a UUID of version 8 (RFC 9562, 5.8): where backends get
 * their keys as those of a load balancer, they ask for UUIDs alone. */
static const char *id_of(apr_pool_t *pool, const cog_signing_key_t *key)
{
    unsigned char d[SHA256_DIGEST_LENGTH];
    const char *members =
        apr_psprintf(pool, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
                     CURVE, key->x, key->y);

    SHA256((const unsigned char *)members, strlen(members), d);
    d[6] = (unsigned char)(0x80 | (d[6] & 0x0f));
    d[8] = (unsigned char)(0x80 | (d[8] & 0x3f));
    return apr_psprintf(pool,
                        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
                        "%02x%02x%02x%02x%02x%02x",
                        d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10],
                        d[11], d[12], d[13], d[14], d[15]);
}

static cog_err_t finish(apr_pool_t *pool, const BIGNUM *number, cog_signing_key_t *key)
{
    unsigned char point[POINT_LEN];
    const unsigned char *x = point + 1;

    COG_TRY(make_pair(pool, number, point, key));
    COG_TRY(make_jwk(pool, number, point, key));
    COG_TRY(write_pem(pool, key));
    key->x = cog_base64url_encode(pool, (cog_span_t){x, NUMBER_LEN});
    key->y = cog_base64url_encode(pool, (cog_span_t){x + NUMBER_LEN, NUMBER_LEN});
    key->id = id_of(pool, key);
    return COG_OK;
}

/* Takes `number`. */
static cog_err_t key_of(apr_pool_t *pool, BIGNUM *number, cog_signing_key_t **key)
{
    cog_signing_key_t *made = apr_pcalloc(pool, sizeof(*made));
    cog_err_t err = COG_E_INTERNAL;

    if (number) {
        BN_set_flags(number, BN_FLG_CONSTTIME);
        err = finish(pool, number, made);
    }
    BN_clear_free(number);
    if (err != COG_OK) {
        return failed(err);
    }
    *key = made;
    return COG_OK;
}

/* 1 to the order minus 1. The seed has 16 octets more than the order, so that no number
 * is likelier than another (FIPS 186-5, A.2.1). */
static int reduce(BIGNUM *number)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    const BIGNUM *order = group ? EC_GROUP_get0_order(group) : NULL;
    BN_CTX *context = BN_CTX_secure_new();
    BIGNUM *below = order ? BN_dup(order) : NULL;
    int is_done = below && context && BN_sub_word(below, 1) == 1 &&
                  BN_mod(number, number, below, context) == 1 &&
                  BN_add_word(number, 1) == 1;

    BN_free(below);
    BN_CTX_free(context);
    EC_GROUP_free(group);
    return is_done;
}

cog_err_t cog_signing_key_make(apr_pool_t *pool, cog_span_t seed, cog_signing_key_t **key)
{
    BIGNUM *number = BN_bin2bn(seed.bytes, (int)seed.len, NULL);

    if (!number || seed.len != COG_SIGNING_SEED_LEN || !reduce(number)) {
        BN_clear_free(number);
        return failed(COG_E_INTERNAL);
    }
    return key_of(pool, number, key);
}

/* OpenSSL would ask at the terminal. */
static int no_password(char *buffer, int size, int is_writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)is_writing;
    (void)context;
    return -1;
}

static int is_on_curve(const EVP_PKEY *pair)
{
    char name[32];

    return EVP_PKEY_get_base_id(pair) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(pair, name, sizeof(name), NULL) == 1 &&
           OBJ_txt2nid(name) == NID_X9_62_prime256v1;
}

static BIGNUM *number_in(cog_secret_t pem)
{
    BIO *bio = BIO_new_mem_buf(pem.bytes, (int)pem.len);
    EVP_PKEY *pair = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    BIGNUM *number = NULL;

    if (pair && is_on_curve(pair)) {
        EVP_PKEY_get_bn_param(pair, OSSL_PKEY_PARAM_PRIV_KEY, &number);
    }
    EVP_PKEY_free(pair);
    BIO_free(bio);
    return number;
}

cog_err_t cog_signing_key_parse(apr_pool_t *pool, cog_secret_t pem,
                                cog_signing_key_t **key)
{
    BIGNUM *number = cog_secret_is_set(pem) ? number_in(pem) : NULL;

    return number ? key_of(pool, number, key) : failed(COG_E_MISCONFIGURED);
}

const char *cog_signing_key_id(const cog_signing_key_t *key)
{
    return key->id;
}

const cjose_jwk_t *cog_signing_key_jose(const cog_signing_key_t *key)
{
    return key->jwk;
}

const char *cog_signing_key_pem(const cog_signing_key_t *key)
{
    return key->pem;
}

json_t *cog_signing_key_jwk(const cog_signing_key_t *key)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kty", "EC", "crv", CURVE,
                     "x", key->x, "y", key->y, "kid", key->id, "use", "sig", "alg",
                     "ES256");
}

/* From DER to two numbers of fixed length (RFC 7518, 3.4). */
static int flatten(const unsigned char *der, size_t len, unsigned char *signature)
{
    ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long)len);
    int is_flat =
        numbers &&
        BN_bn2binpad(ECDSA_SIG_get0_r(numbers), signature, NUMBER_LEN) == NUMBER_LEN &&
        BN_bn2binpad(ECDSA_SIG_get0_s(numbers), signature + NUMBER_LEN, NUMBER_LEN) ==
            NUMBER_LEN;

    ECDSA_SIG_free(numbers);
    return is_flat;
}

cog_err_t cog_signing_key_sign(const cog_signing_key_t *key, cog_span_t text,
                               unsigned char *signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char der[128];
    size_t len = sizeof(der);
    int is_signed =
        context &&
        EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->pair) == 1 &&
        EVP_DigestSign(context, der, &len, text.bytes, text.len) == 1 &&
        flatten(der, len, signature);

    EVP_MD_CTX_free(context);
    return is_signed ? COG_OK : failed(COG_E_INTERNAL);
}
