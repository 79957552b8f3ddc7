#include "crypto/jwk_set.h"

#include <apr_strings.h>
#include <jansson.h>
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

static apr_status_t release(void *key)
{
    cjose_jwk_release(key);
    return APR_SUCCESS;
}

/* cjose sees three members that we have read ourselves, nothing else. */
static cog_err_t import(apr_pool_t *pool, const json_t *key, cog_jwk_t *jwk)
{
    json_t *plain = json_pack("{s:s, s:O, s:O}", "kty", "RSA", "n",
                              json_object_get(key, "n"), "e", json_object_get(key, "e"));
    const char *text = cog_json_write(pool, cog_json_own(pool, plain));
    cjose_err err;

    jwk->key = cjose_jwk_import(text, strlen(text), &err);
    COG_REQUIRE(jwk->key, COG_E_JWKS);
    apr_pool_cleanup_register(pool, jwk->key, release, apr_pool_cleanup_null);
    jwk->kid = apr_pstrdup(pool, cog_json_string(key, "kid"));
    return COG_OK;
}

static cog_err_t add(apr_pool_t *pool, const json_t *key, cog_jwk_set_t *set)
{
    COG_REQUIRE(!cog_jwk_set_find(set, cog_json_string(key, "kid")), COG_E_JWKS);
    COG_TRY(import(pool, key, &set->keys[set->count]));
    ++set->count;
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
