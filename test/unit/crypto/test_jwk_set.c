#include "test/unit/unit.h"

#include <apr_strings.h>

#include "crypto/jwk_set.h"
#include "test/unit/jwt_maker.h"

static cog_err_t parse(apr_pool_t *pool, const char *text, cog_jwk_set_t **set)
{
    return cog_jwk_set_parse(pool, cog_span_of(text), set);
}

/* A usable key as an object, under a key id. */
static json_t *key_of(apr_pool_t *pool, const char *kid)
{
    return json_loads(jwt_maker_jwk(pool, jwt_maker_make(pool, kid)), 0, NULL);
}

/* A key set of what is in `keys`, which it takes. */
static const char *set_of(apr_pool_t *pool, json_t *keys)
{
    json_t *document = json_pack("{s:o}", "keys", keys);
    char *text = json_dumps(document, 0);
    const char *copy = apr_pstrdup(pool, text);

    free(text);
    json_decref(document);
    return copy;
}

/* A number with its highest and lowest bit set, as in a JWK. Nobody checks for primes. */
static const char *number_of_bits(apr_pool_t *pool, size_t bits)
{
    size_t len = (bits + 7) / 8;
    unsigned char *bytes = apr_palloc(pool, len);

    for (size_t i = 0; i < len; ++i) {
        bytes[i] = (unsigned char)(i * 89 + 11);
    }
    bytes[0] = (unsigned char)(1 << ((bits + 7) % 8));
    bytes[len - 1] |= 1;
    return jwt_maker_base64url(pool, bytes, len);
}

/* Cognito's, whose key ids are padded base64. */
static void finds_keys_by_their_exact_id(void **state)
{
    static const char *const kids[] = {
        "kbxEboFjTrF9NUaco1UzsY9LdPEXghei2viYpCCaALU=", "a+/b=", "A+/b="};
    json_t *keys = json_array();
    cog_jwk_set_t *set;

    for (size_t i = 0; i < COUNT(kids); ++i) {
        json_array_append_new(keys, key_of(*state, kids[i]));
    }
    assert_int_equal(parse(*state, set_of(*state, keys), &set), COG_OK);
    assert_int_equal(cog_jwk_set_count(set), 3);
    for (size_t i = 0; i < COUNT(kids); ++i) {
        assert_non_null(cog_jwk_set_find(set, kids[i]));
    }
    assert_ptr_not_equal(cog_jwk_set_find(set, kids[1]), cog_jwk_set_find(set, kids[2]));
    assert_null(cog_jwk_set_find(set, ""));
    assert_null(cog_jwk_set_find(set, "a+/b"));
    assert_null(cog_jwk_set_find(set, "a+/b=="));
    assert_null(cog_jwk_set_find(set, "a-_b="));
    assert_null(cog_jwk_set_find(set, "../../etc/passwd"));
}

/* clang-format off */
/* J02, J08: what is changed in a usable key, and whether it still is one. null: left out. */
static const struct {
    const char *rule;
    const char *change;
    int is_usable;
} rules[] = {
    {"as it is",                        "{}", 1},
    {"unknown member",                  "{'x':'y'}", 1},
    {"key-alg-absent",                  "{'alg':null}", 1},
    {"key-use-absent",                  "{'use':null}", 1},
    {"key operations",                  "{'key_ops':['verify']}", 1},
    {"several key operations",          "{'key_ops':['encrypt','verify']}", 1},
    {"exponent 3",                      "{'e':'Aw'}", 1},
    {"certificates, which we ignore",   "{'x5c':['MIIB'],'x5t':'AA','x5u':'http://a'}", 1},
    {"kty absent",                      "{'kty':null}", 0},
    {"key-kty EC",                      "{'kty':'EC'}", 0},
    {"key-kty oct",                     "{'kty':'oct','k':'c2VjcmV0'}", 0},
    {"kty in lower case",               "{'kty':'rsa'}", 0},
    {"kty is no string",                "{'kty':1}", 0},
    {"key-use enc",                     "{'use':'enc'}", 0},
    {"use is no string",                "{'use':['sig']}", 0},
    {"use is empty",                    "{'use':''}", 0},
    {"key-alg RS384",                   "{'alg':'RS384'}", 0},
    {"key-alg PS256",                   "{'alg':'PS256'}", 0},
    {"key-alg HS256",                   "{'alg':'HS256'}", 0},
    {"key-alg RSA-OAEP",                "{'alg':'RSA-OAEP'}", 0},
    {"alg in lower case",               "{'alg':'rs256'}", 0},
    {"alg is no string",                "{'alg':true}", 0},
    {"key_ops without verify",          "{'key_ops':['sign']}", 0},
    {"key_ops is empty",                "{'key_ops':[]}", 0},
    {"key_ops is no array",             "{'key_ops':'verify'}", 0},
    {"key_ops of no strings",           "{'key_ops':[1,null,['verify']]}", 0},
    {"private exponent",                "{'d':'AQAB'}", 0},
    {"private prime",                   "{'p':'AQAB'}", 0},
    {"private coefficient",             "{'qi':'AQAB'}", 0},
    {"further primes",                  "{'oth':[]}", 0},
    {"symmetric key",                   "{'k':'AQAB'}", 0},
    {"kid absent",                      "{'kid':null}", 0},
    {"kid empty",                       "{'kid':''}", 0},
    {"kid is no string",                "{'kid':1}", 0},
    {"n absent",                        "{'n':null}", 0},
    {"n empty",                         "{'n':''}", 0},
    {"n is no string",                  "{'n':65537}", 0},
    {"n is padded",                     "{'n':'AQAB=='}", 0},
    {"n is no base64url",               "{'n':'a+/b'}", 0},
    {"n is zero",                       "{'n':'AA'}", 0},
    {"n is one",                        "{'n':'AQ'}", 0},
    {"e absent",                        "{'e':null}", 0},
    {"e empty",                         "{'e':''}", 0},
    {"e is no string",                  "{'e':65537}", 0},
    {"e is zero",                       "{'e':'AA'}", 0},
    {"key-e-1",                         "{'e':'AQ'}", 0},
    {"exponent 2",                      "{'e':'Ag'}", 0},
    {"key-e-even",                      "{'e':'AQAA'}", 0},
    {"e with a leading zero",           "{'e':'AAEAAQ'}", 0},
    {"e of 64 bits",                    "{'e':'__________8'}", 1},
    {"e of 65 bits",                    "{'e':'AQAAAAAAAAAB'}", 0},
    {"e is padded",                     "{'e':'AQAB=='}", 0},
    {"e with a line feed",              "{'e':'AQAB\\n'}", 0},
};
/* clang-format on */

static json_t *changed_key(apr_pool_t *pool, const char *change)
{
    json_t *key = key_of(pool, "changed");
    json_t *changes = json_from_quoted(change);
    const char *name;
    json_t *value;

    assert_non_null(changes);
    json_object_foreach(changes, name, value)
    {
        if (json_is_null(value)) {
            json_object_del(key, name);
        }
        else {
            json_object_set(key, name, value);
        }
    }
    json_decref(changes);
    return key;
}

static void leaves_out_keys_that_are_not_for_us(void **state)
{
    for (size_t i = 0; i < COUNT(rules); ++i) {
        json_t *key = changed_key(*state, rules[i].change);
        cog_jwk_set_t *set = NULL;

        assert_result(rules[i].rule,
                      parse(*state, set_of(*state, json_pack("[O]", key)), &set),
                      rules[i].is_usable ? COG_OK : COG_E_JWKS);
        assert_int_equal(set != NULL, rules[i].is_usable);
        assert_result(
            rules[i].rule,
            parse(*state,
                  set_of(*state, json_pack("[o,o]", key, key_of(*state, "other"))), &set),
            COG_OK);
        assert_int_equal(cog_jwk_set_count(set), rules[i].is_usable ? 2 : 1);
        assert_int_equal(cog_jwk_set_find(set, "changed") != NULL, rules[i].is_usable);
        assert_non_null(cog_jwk_set_find(set, "other"));
    }
}

static cog_err_t parse_key(apr_pool_t *pool, const char *name, const char *value)
{
    json_t *key = key_of(pool, "key");
    cog_jwk_set_t *set;

    json_object_set_new(key, name, json_string(value));
    return parse(pool, set_of(pool, json_pack("[o]", key)), &set);
}

/* J02: key-1024 and its neighbours */
static void takes_keys_of_2048_to_8192_bits(void **state)
{
    static const struct {
        size_t bits;
        int is_usable;
    } sizes[] = {
        {512,   0},
        {1024,  0},
        {2047,  0},
        {2048,  1},
        {2049,  1},
        {3072,  1},
        {4096,  1},
        {8191,  1},
        {8192,  1},
        {8193,  0},
        {16384, 0}
    };

    for (size_t i = 0; i < COUNT(sizes); ++i) {
        assert_int_equal(parse_key(*state, "n", number_of_bits(*state, sizes[i].bits)),
                         sizes[i].is_usable ? COG_OK : COG_E_JWKS);
    }
}

static void refuses_a_modulus_that_is_even_or_has_a_leading_zero(void **state)
{
    unsigned char bytes[257] = {0};

    bytes[1] = 0x80;
    bytes[256] = 1;
    assert_int_equal(parse_key(*state, "n", jwt_maker_base64url(*state, bytes + 1, 256)),
                     COG_OK);
    assert_int_equal(parse_key(*state, "n", jwt_maker_base64url(*state, bytes, 257)),
                     COG_E_JWKS);
    bytes[256] = 2;
    assert_int_equal(parse_key(*state, "n", jwt_maker_base64url(*state, bytes + 1, 256)),
                     COG_E_JWKS);
}

static void takes_key_ids_of_at_most_128_octets(void **state)
{
    for (size_t len = 127; len <= 129; ++len) {
        char *kid = apr_palloc(*state, len + 1);

        memset(kid, 'k', len);
        kid[len] = '\0';
        assert_int_equal(parse_key(*state, "kid", kid), len <= 128 ? COG_OK : COG_E_JWKS);
    }
}

/* Which of the two would verify? */
static void refuses_two_keys_with_one_id(void **state)
{
    json_t *one = key_of(*state, "one");
    json_t *other = key_of(*state, "other");
    cog_jwk_set_t *set;

    json_object_set_new(other, "kid", json_string("one"));
    assert_int_equal(parse(*state, set_of(*state, json_pack("[O,O]", one, other)), &set),
                     COG_E_JWKS);
    /* one that is left out does not count */
    json_object_set_new(other, "use", json_string("enc"));
    assert_int_equal(parse(*state, set_of(*state, json_pack("[o,o]", one, other)), &set),
                     COG_OK);
}

static void takes_at_most_32_keys(void **state)
{
    for (int count = 31; count <= 33; ++count) {
        json_t *keys = json_array();
        cog_jwk_set_t *set;

        for (int i = 0; i < count; ++i) {
            json_t *key = key_of(*state, "key");

            json_object_set_new(key, "kid", json_sprintf("key %d", i));
            json_array_append_new(keys, key);
        }
        assert_int_equal(parse(*state, set_of(*state, keys), &set),
                         count <= 32 ? COG_OK : COG_E_JWKS);
        if (count <= 32) {
            assert_int_equal(cog_jwk_set_count(set), count);
        }
    }
}

static void takes_at_most_a_mebibyte(void **state)
{
    const char *text = set_of(*state, json_pack("[o]", key_of(*state, "key")));
    char *padded = apr_palloc(*state, 1048580);
    cog_jwk_set_t *set;

    memset(padded, ' ', 1048580);
    memcpy(padded, text, strlen(text));
    for (size_t len = 1048575; len <= 1048577; ++len) {
        assert_int_equal(
            cog_jwk_set_parse(*state, (cog_span_t){(unsigned char *)padded, len}, &set),
            len <= 1048576 ? COG_OK : COG_E_JWKS);
    }
}

static void refuses_what_is_no_key_set(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"keys\":null}",
        "{\"keys\":{}}",
        "{\"keys\":[]}",
        "{\"keys\":\"\"}",
        "{\"keys\":[null]}",
        "{\"keys\":[1,\"a\",[],{}]}",
        "{\"Keys\":[]}",
        "{\"keys\":[],\"keys\":[]}",
        "{\"keys\":[}",
        "<html></html>",
    };

    for (size_t i = 0; i < COUNT(texts); ++i) {
        cog_jwk_set_t *set = NULL;

        assert_result(texts[i], parse(*state, texts[i], &set), COG_E_JWKS);
        assert_null(set);
    }
}

static void refuses_a_set_with_a_member_twice(void **state)
{
    const char *key = jwt_maker_jwk(*state, jwt_maker_make(*state, "key"));
    cog_jwk_set_t *set;

    assert_int_equal(
        parse(*state, apr_psprintf(*state, "{\"keys\":[{\"use\":\"enc\",%s]}", key + 1),
              &set),
        COG_E_JWKS);
}

static void keeps_no_pointer_into_the_text(void **state)
{
    char *text =
        apr_pstrdup(*state, jwt_maker_jwks(*state, jwt_maker_make(*state, "key")));
    cog_jwk_set_t *set;

    assert_int_equal(parse(*state, text, &set), COG_OK);
    memset(text, 'x', strlen(text));
    assert_non_null(cog_jwk_set_find(set, "key"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(finds_keys_by_their_exact_id),
        cmocka_unit_test_with_pool(leaves_out_keys_that_are_not_for_us),
        cmocka_unit_test_with_pool(takes_keys_of_2048_to_8192_bits),
        cmocka_unit_test_with_pool(refuses_a_modulus_that_is_even_or_has_a_leading_zero),
        cmocka_unit_test_with_pool(takes_key_ids_of_at_most_128_octets),
        cmocka_unit_test_with_pool(refuses_two_keys_with_one_id),
        cmocka_unit_test_with_pool(takes_at_most_32_keys),
        cmocka_unit_test_with_pool(takes_at_most_a_mebibyte),
        cmocka_unit_test_with_pool(refuses_what_is_no_key_set),
        cmocka_unit_test_with_pool(refuses_a_set_with_a_member_twice),
        cmocka_unit_test_with_pool(keeps_no_pointer_into_the_text),
    };

    return cmocka_run_group_tests_name("crypto/jwk_set", tests, NULL, NULL);
}
