#include "crypto/jwk_set.h"

#include <apr_strings.h>
#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "crypto/jwk_private.h"
#include "crypto/roca.h"

#define MAX_LEN      (1024 * 1024)
#define MAX_KEYS     32
#define MAX_KID      128
#define MIN_BITS     2048
#define MAX_BITS     8192
#define MAX_EXPONENT 8 /* bytes */

struct cog_jwk_set_t {
    EVP_MD *sha256;
    int count;
    cog_jwk_t keys[MAX_KEYS];
};

static int is_absent_or(const json_t *key, const char *name, const char *expected)
{
    const json_t *value = json_object_get(key, name);

    return !value ||
           (json_is_string(value) && strcmp(json_string_value(value), expected) == 0);
}

static int may_verify(const json_t *key)
{
    const json_t *operations = json_object_get(key, "key_ops");
    const json_t *operation;
    size_t i;

    json_array_foreach(operations, i, operation)
    {
        if (json_is_string(operation) &&
            strcmp(json_string_value(operation), "verify") == 0) {
            return 1;
        }
    }
    return !operations;
}

/* A verification key of a stranger holds no private part (RFC 7518, 6.3.2). */
static int is_public(const json_t *key)
{
    static const char *const private_parts[] = {"d",  "p",  "q",   "dp",
                                                "dq", "qi", "oth", "k"};

    for (size_t i = 0; i < sizeof(private_parts) / sizeof(*private_parts); ++i) {
        if (json_object_get(key, private_parts[i])) {
            return 0;
        }
    }
    return 1;
}

/* A positive number in its shortest form (RFC 7518, 2); FALSE when it is none. */
static int read_number(apr_pool_t *pool, const json_t *key, const char *name,
                       cog_span_t *number)
{
    const char *text = cog_json_string(key, name);

    return text && cog_base64url_decode(pool, text, strlen(text), number) == COG_OK &&
           number->len > 0 && number->bytes[0] != 0;
}

static int count_bits(cog_span_t number)
{
    int bits = (int)(number.len - 1) * 8;

    for (unsigned first = number.bytes[0]; first; first >>= 1) {
        ++bits;
    }
    return bits;
}

static int is_strong(apr_pool_t *pool, const json_t *key)
{
    cog_span_t modulus;
    cog_span_t exponent;

    if (!read_number(pool, key, "n", &modulus) ||
        !read_number(pool, key, "e", &exponent)) {
        return 0;
    }
    if (modulus.len > MAX_BITS / 8 || count_bits(modulus) < MIN_BITS ||
        (modulus.bytes[modulus.len - 1] & 1) == 0 || cog_roca_is_likely(modulus)) {
        return 0;
    }
    return exponent.len <= MAX_EXPONENT && (exponent.bytes[exponent.len - 1] & 1) &&
           count_bits(exponent) > 1;
}

static int is_kid(const char *kid)
{
    return kid && strlen(kid) <= MAX_KID;
}

static int is_usable(apr_pool_t *pool, const json_t *key)
{
    return json_is_object(key) && json_object_get(key, "kty") &&
           is_absent_or(key, "kty", "RSA") && is_absent_or(key, "use", "sig") &&
           is_absent_or(key, "alg", "RS256") && may_verify(key) && is_public(key) &&
           is_kid(cog_json_string(key, "kid")) && is_strong(pool, key);
}

static apr_status_t release(void *verifier)
{
    EVP_PKEY_CTX_free(verifier);
    return APR_SUCCESS;
}

/* OpenSSL takes numbers in the order of octets that the machine has. */
static OSSL_PARAM param_of(apr_pool_t *pool, const char *name, cog_span_t number)
{
    unsigned char *native = apr_pcalloc(pool, number.len);
    BIGNUM *value = BN_bin2bn(number.bytes, (int)number.len, NULL);

    if (value) {
        BN_bn2nativepad(value, native, (int)number.len);
    }
    BN_free(value);
    return OSSL_PARAM_construct_BN(name, native, number.len);
}

static EVP_PKEY *make_key(OSSL_PARAM *params)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;

    if (context && EVP_PKEY_fromdata_init(context) > 0) {
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params);
    }
    EVP_PKEY_CTX_free(context);
    return key;
}

/* RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, 3.3). Made ready once, for this takes as long
 * as a tenth of a verification. */
static int make_ready(EVP_PKEY_CTX *verifier)
{
    return verifier && EVP_PKEY_verify_init(verifier) > 0 &&
           EVP_PKEY_CTX_set_rsa_padding(verifier, RSA_PKCS1_PADDING) > 0 &&
           EVP_PKEY_CTX_set_signature_md(verifier, EVP_sha256()) > 0;
}

static cog_err_t make_verifier(apr_pool_t *pool, EVP_PKEY *key, EVP_PKEY_CTX **verifier)
{
    EVP_PKEY_CTX *made = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;

    EVP_PKEY_free(key); /* the verifier holds it */
    if (!make_ready(made)) {
        EVP_PKEY_CTX_free(made);
        return COG_E_JWKS;
    }
    apr_pool_cleanup_register(pool, made, release, apr_pool_cleanup_null);
    *verifier = made;
    return COG_OK;
}

static cog_err_t import(apr_pool_t *pool, const json_t *key, cog_jwk_t *jwk)
{
    OSSL_PARAM params[3];
    cog_span_t modulus;
    cog_span_t exponent;

    COG_REQUIRE(read_number(pool, key, "n", &modulus), COG_E_JWKS);
    COG_REQUIRE(read_number(pool, key, "e", &exponent), COG_E_JWKS);
    params[0] = param_of(pool, OSSL_PKEY_PARAM_RSA_N, modulus);
    params[1] = param_of(pool, OSSL_PKEY_PARAM_RSA_E, exponent);
    params[2] = OSSL_PARAM_construct_end();
    COG_TRY(make_verifier(pool, make_key(params), &jwk->verifier));
    jwk->kid = apr_pstrdup(pool, cog_json_string(key, "kid"));
    return COG_OK;
}

static cog_err_t add(apr_pool_t *pool, const json_t *key, cog_jwk_set_t *set)
{
    COG_REQUIRE(!cog_jwk_set_find(set, cog_json_string(key, "kid")), COG_E_JWKS);
    COG_TRY(import(pool, key, &set->keys[set->count]));
    set->keys[set->count].sha256 = set->sha256;
    ++set->count;
    return COG_OK;
}

static apr_status_t release_digest(void *digest)
{
    EVP_MD_free(digest);
    return APR_SUCCESS;
}

static cog_err_t fetch_digest(apr_pool_t *pool, cog_jwk_set_t *set)
{
    set->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    COG_REQUIRE(set->sha256, COG_E_JWKS);
    apr_pool_cleanup_register(pool, set->sha256, release_digest, apr_pool_cleanup_null);
    return COG_OK;
}

cog_err_t cog_jwk_set_parse(apr_pool_t *pool, cog_span_t text, cog_jwk_set_t **set)
{
    cog_jwk_set_t *parsed = apr_pcalloc(pool, sizeof(*parsed));
    json_t *document;
    const json_t *keys;
    const json_t *key;
    size_t i;

    COG_REQUIRE(cog_json_parse(pool, text, MAX_LEN, &document) == COG_OK, COG_E_JWKS);
    keys = json_object_get(document, "keys");
    COG_REQUIRE(json_is_array(keys) && json_array_size(keys) <= MAX_KEYS, COG_E_JWKS);
    COG_TRY(fetch_digest(pool, parsed));
    json_array_foreach(keys, i, key)
    {
        if (is_usable(pool, key)) {
            COG_TRY(add(pool, key, parsed));
        }
    }
    COG_REQUIRE(parsed->count > 0, COG_E_JWKS);
    *set = parsed;
    return COG_OK;
}

const cog_jwk_t *cog_jwk_set_find(const cog_jwk_set_t *set, const char *kid)
{
    for (int i = 0; i < set->count; ++i) {
        if (strcmp(set->keys[i].kid, kid) == 0) {
            return &set->keys[i];
        }
    }
    return NULL;
}

int cog_jwk_set_count(const cog_jwk_set_t *set)
{
    return set->count;
}
