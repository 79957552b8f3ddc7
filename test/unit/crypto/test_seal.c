#include "test/unit/unit.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <openssl/err.h>

#include "base/base64.h"
#include "crypto/seal.h"

#define SECRET    "0123456789abcdef0123456789abcdef"
#define HEAD_LEN  16
#define TAG_LEN   16
#define NONCE_LEN 12

static const cog_binding_t binding = {COG_PURPOSE_SESSION, "https://issuer.example",
                                      "client", "__Host-cognito"};

static cog_err_t fill_script(void *context, unsigned char *bytes, size_t len)
{
    const cog_err_t *err = context;

    for (size_t i = 0; i < len; ++i) {
        bytes[i] = (unsigned char)i;
    }
    return *err;
}

static cog_sealer_t sealer_of(apr_pool_t *pool, const char *first, const char *second)
{
    cog_secret_t secrets[] = {cog_secret_of(first), cog_secret_of(second)};
    cog_keyring_t *keyring;

    assert_int_equal(cog_keyring_make(pool, secrets, second ? 2 : 1, &keyring), COG_OK);
    return (cog_sealer_t){keyring, cog_random_system()};
}

static const char *seal(apr_pool_t *pool, const cog_sealer_t *sealer,
                        const cog_binding_t *bound, const char *text)
{
    const char *sealed;

    assert_int_equal(cog_seal(pool, sealer, bound, cog_span_of(text), &sealed), COG_OK);
    return sealed;
}

/* The bytes of an envelope, to be changed. */
static unsigned char *bytes_of(apr_pool_t *pool, const char *sealed, size_t *len)
{
    cog_span_t data;

    assert_int_equal(cog_base64url_decode(pool, sealed, strlen(sealed), &data), COG_OK);
    *len = data.len;
    return apr_pmemdup(pool, data.bytes, data.len + 1);
}

static cog_err_t open_text(apr_pool_t *pool, const cog_sealer_t *sealer, const char *text)
{
    cog_span_t plain = {NULL, 77};
    cog_err_t err =
        cog_unseal(pool, sealer->keyring, &binding, cog_span_of(text), &plain);

    assert_int_equal(plain.bytes != NULL, err == COG_OK);
    assert_int_equal(ERR_peek_error(), 0);
    return err;
}

static cog_err_t open_bytes(apr_pool_t *pool, const cog_sealer_t *sealer,
                            const unsigned char *bytes, size_t len)
{
    return open_text(pool, sealer, cog_base64url_encode(pool, (cog_span_t){bytes, len}));
}

/* Sealed by another implementation of HKDF and AES-GCM. A change ends all sessions. */
static void keeps_the_format_that_is_out_there(void **state)
{
    static const char known[] =
        "AXF-mAABAgMEBQYHCAkKC8TcekPlNr2A8elGgzRHSS3wfCgxXEj5ZKOD";
    cog_err_t err = COG_OK;
    const cog_random_t script = {&err, fill_script};
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    cog_span_t plain;

    assert_int_equal(
        cog_unseal(*state, sealer.keyring, &binding, cog_span_of(known), &plain), COG_OK);
    assert_string_equal((const char *)plain.bytes, "plain text");
    sealer.random = &script;
    assert_string_equal(seal(*state, &sealer, &binding, "plain text"), known);
}

static void opens_what_it_has_sealed(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    unsigned char bytes[300];

    for (size_t len = 0; len < sizeof(bytes); ++len) {
        const char *sealed;
        cog_span_t plain;

        bytes[len] = (unsigned char)(len * 7);
        assert_int_equal(
            cog_seal(*state, &sealer, &binding, (cog_span_t){bytes, len}, &sealed),
            COG_OK);
        assert_int_equal(strlen(sealed), ((len + HEAD_LEN + TAG_LEN) * 4 + 2) / 3);
        assert_int_equal(
            cog_unseal(*state, sealer.keyring, &binding, cog_span_of(sealed), &plain),
            COG_OK);
        assert_int_equal(plain.len, len);
        assert_memory_equal(plain.bytes, bytes, len);
        assert_int_equal(plain.bytes[len], 0);
    }
}

static void seals_nothing_as_well(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const char *sealed;
    cog_span_t plain;

    assert_int_equal(cog_seal(*state, &sealer, &binding, cog_span_of(NULL), &sealed),
                     COG_OK);
    assert_int_equal(
        cog_unseal(*state, sealer.keyring, &binding, cog_span_of(sealed), &plain),
        COG_OK);
    assert_int_equal(plain.len, 0);
    assert_string_equal((const char *)plain.bytes, "");
}

/* S11, J09: each member of the binding counts, and none runs over into the next. */
static void opens_nowhere_else(void **state)
{
    static const struct {
        const char *rule;
        cog_binding_t other;
    } rules[] = {
        {"purpose",
         {COG_PURPOSE_TOKENS, "https://issuer.example", "client", "__Host-cognito"}   },
        {"issuer",
         {COG_PURPOSE_SESSION, "https://issuer.exampl", "client", "__Host-cognito"}   },
        {"no issuer",   {COG_PURPOSE_SESSION, "", "client", "__Host-cognito"}         },
        {"client",
         {COG_PURPOSE_SESSION, "https://issuer.example", "client2", "__Host-cognito"} },
        {"no client",
         {COG_PURPOSE_SESSION, "https://issuer.example", "", "__Host-cognito"}        },
        {"name",
         {COG_PURPOSE_SESSION, "https://issuer.example", "client", "__Host-cognito.1"}},
        {"case",
         {COG_PURPOSE_SESSION, "https://issuer.example", "Client", "__Host-cognito"}  },
        {"moved left",
         {COG_PURPOSE_SESSION, "https://issuer.examplec", "lient", "__Host-cognito"}  },
        {"moved right",
         {COG_PURPOSE_SESSION, "https://issuer.example", "clien", "t__Host-cognito"}  },
        {"exchanged",
         {COG_PURPOSE_SESSION, "client", "https://issuer.example", "__Host-cognito"}  },
    };
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const char *sealed = seal(*state, &sealer, &binding, "text");

    for (size_t i = 0; i < COUNT(rules); ++i) {
        cog_span_t plain;

        assert_result(rules[i].rule,
                      cog_unseal(*state, sealer.keyring, &rules[i].other,
                                 cog_span_of(sealed), &plain),
                      COG_E_SEAL_BROKEN);
        sealed = seal(*state, &sealer, &rules[i].other, "text");
        assert_result(rules[i].rule, open_text(*state, &sealer, sealed),
                      COG_E_SEAL_BROKEN);
        sealed = seal(*state, &sealer, &binding, "text");
    }
}

/* S09 */
static void breaks_when_any_bit_is_changed(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const char *sealed = seal(*state, &sealer, &binding, "a session of somebody");
    size_t len;
    unsigned char *bytes = bytes_of(*state, sealed, &len);

    for (size_t i = 0; i < len; ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            bytes[i] = (unsigned char)(bytes[i] ^ (1 << bit));
            assert_result("flip", open_bytes(*state, &sealer, bytes, len),
                          COG_E_SEAL_BROKEN);
            bytes[i] = (unsigned char)(bytes[i] ^ (1 << bit));
        }
    }
    assert_int_equal(open_bytes(*state, &sealer, bytes, len), COG_OK);
}

static void breaks_when_any_character_is_changed(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const char *sealed = seal(*state, &sealer, &binding, "a session of somebody");
    char *text = apr_pstrdup(*state, sealed);

    for (size_t i = 0; text[i]; ++i) {
        for (const char *c = "AZaz09-_+/=. \n%"; *c; ++c) {
            text[i] = *c;
            assert_result("other character", open_text(*state, &sealer, text),
                          *c == sealed[i] ? COG_OK : COG_E_SEAL_BROKEN);
        }
        text[i] = sealed[i];
    }
}

/* S09, CVE-2023-37464: a tag of 0 to 15 bytes is none. */
static void breaks_when_cut_anywhere(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const char *sealed = seal(*state, &sealer, &binding, "a session of somebody");
    size_t len;
    const unsigned char *bytes = bytes_of(*state, sealed, &len);

    for (size_t cut = 0; cut < strlen(sealed); ++cut) {
        assert_result("cut text",
                      open_text(*state, &sealer, apr_pstrndup(*state, sealed, cut)),
                      COG_E_SEAL_BROKEN);
        assert_result("cut at the front", open_text(*state, &sealer, sealed + cut + 1),
                      COG_E_SEAL_BROKEN);
    }
    for (size_t cut = 0; cut < len; ++cut) {
        assert_result("cut bytes", open_bytes(*state, &sealer, bytes, cut),
                      COG_E_SEAL_BROKEN);
    }
}

static void breaks_when_something_is_added(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const char *sealed = seal(*state, &sealer, &binding, "a session of somebody");
    static const char *const added[] = {
        "A", "AA", "AAA", "AAAA", "=", "==", "\n", " ", ".", "%00", ";"};
    size_t len;
    unsigned char *bytes = bytes_of(*state, sealed, &len);

    for (size_t i = 0; i < COUNT(added); ++i) {
        assert_result(
            "added",
            open_text(*state, &sealer, apr_pstrcat(*state, sealed, added[i], NULL)),
            COG_E_SEAL_BROKEN);
        assert_result(
            "put before",
            open_text(*state, &sealer, apr_pstrcat(*state, added[i], sealed, NULL)),
            COG_E_SEAL_BROKEN);
    }
    assert_result("a NUL", open_bytes(*state, &sealer, bytes, len + 1),
                  COG_E_SEAL_BROKEN);
    assert_result("twice",
                  open_text(*state, &sealer, apr_pstrcat(*state, sealed, sealed, NULL)),
                  COG_E_SEAL_BROKEN);
}

static void breaks_when_two_are_spliced(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const char *a = seal(*state, &sealer, &binding, "a session of somebody");
    const char *b = seal(*state, &sealer, &binding, "a session of another!");
    size_t len;
    const unsigned char *first = bytes_of(*state, a, &len);
    const unsigned char *second = bytes_of(*state, b, &len);

    for (size_t cut = 5; cut < len; ++cut) {
        unsigned char *spliced = apr_pmemdup(*state, first, len);

        memcpy(spliced + cut, second + cut, len - cut);
        /* where both have the same byte by chance, a cut at an end changes nothing */
        if (memcmp(spliced, first, len) != 0 && memcmp(spliced, second, len) != 0) {
            assert_result("spliced", open_bytes(*state, &sealer, spliced, len),
                          COG_E_SEAL_BROKEN);
        }
    }
    assert_int_equal(open_text(*state, &sealer, a), COG_OK);
    assert_int_equal(open_text(*state, &sealer, b), COG_OK);
}

static void seals_bytes_a_quarter_shorter(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const cog_binding_t other = {COG_PURPOSE_TOKENS, binding.issuer, binding.client,
                                 binding.name};
    cog_span_t sealed, plain;

    assert_int_equal(
        cog_seal_bytes(*state, &sealer, &binding, cog_span_of("a text"), &sealed),
        COG_OK);
    assert_int_equal(sealed.len, HEAD_LEN + strlen("a text") + TAG_LEN);
    assert_int_equal(cog_unseal_bytes(*state, sealer.keyring, &binding, sealed, &plain),
                     COG_OK);
    assert_string_equal(plain.bytes, "a text");
    assert_int_equal(cog_unseal_bytes(*state, sealer.keyring, &other, sealed, &plain),
                     COG_E_SEAL_BROKEN);
    for (size_t len = 0; len < sealed.len; ++len) {
        assert_int_equal(cog_unseal_bytes(*state, sealer.keyring, &binding,
                                          (cog_span_t){sealed.bytes, len}, &plain),
                         COG_E_SEAL_BROKEN);
    }
}

/* S11 */
static void opens_by_a_fixed_binding_what_the_same_one_has_sealed(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    cog_sealer_t opener = sealer_of(*state, SECRET, NULL); /* it has opened nothing yet */
    cog_span_t sealed = cog_span_of(seal(*state, &sealer, &binding, "text"));
    cog_bound_t bound = cog_binding_fix(*state, &binding);
    cog_binding_t elsewhere = binding;
    cog_bound_t other;
    cog_span_t plain;

    elsewhere.name = "__Host-other";
    other = cog_binding_fix(*state, &elsewhere);
    for (int i = 0; i < 2; ++i) {
        assert_int_equal(cog_unseal_bound(*state, opener.keyring, &other, sealed, &plain),
                         COG_E_SEAL_BROKEN);
        assert_int_equal(cog_unseal_bound(*state, opener.keyring, &bound, sealed, &plain),
                         COG_OK);
        assert_string_equal(plain.bytes, "text");
    }
}

static void refuses_what_is_no_envelope(void **state)
{
    static const char *const texts[] = {
        "",         "A",       "AA",
        "text",     "AQ",      "AXF-mA",
        "=",        "null",    "eyJhbGciOiJSUzI1NiJ9.e30.A=",
        "\xff\xfe", "AXF-mA=="};
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);

    for (size_t i = 0; i < COUNT(texts); ++i) {
        assert_result(texts[i], open_text(*state, &sealer, texts[i]), COG_E_SEAL_BROKEN);
    }
    assert_int_equal(open_text(*state, &sealer, NULL), COG_E_SEAL_BROKEN);
}

static void opens_with_every_secret_and_seals_with_the_first(void **state)
{
    cog_sealer_t old = sealer_of(*state, SECRET, NULL);
    cog_sealer_t both = sealer_of(*state, SECRET "new", SECRET);
    cog_sealer_t new = sealer_of(*state, SECRET "new", NULL);
    const char *by_old = seal(*state, &old, &binding, "text");
    const char *by_both = seal(*state, &both, &binding, "text");

    assert_int_equal(open_text(*state, &both, by_old), COG_OK);
    assert_int_equal(open_text(*state, &both, by_both), COG_OK);
    assert_int_equal(open_text(*state, &new, by_both), COG_OK);
    assert_int_equal(open_text(*state, &new, by_old), COG_E_SEAL_BROKEN);
    assert_int_equal(open_text(*state, &old, by_both), COG_E_SEAL_BROKEN);
}

/* These two happen to have the same key id, as any two have once in 2^24. */
static void tries_every_key_that_has_the_id(void **state)
{
    static const char a[] = "one of many secrets of 32 bytes 551";
    static const char b[] = "one of many secrets of 32 bytes 2036";
    cog_sealer_t first = sealer_of(*state, a, NULL);
    cog_sealer_t second = sealer_of(*state, b, NULL);
    cog_sealer_t both = sealer_of(*state, a, b);
    const char *by_first = seal(*state, &first, &binding, "text");
    const char *by_second = seal(*state, &second, &binding, "text");

    assert_memory_equal(by_first, by_second, 5);
    assert_int_equal(open_text(*state, &both, by_first), COG_OK);
    assert_int_equal(open_text(*state, &both, by_second), COG_OK);
    assert_int_equal(open_text(*state, &first, by_second), COG_E_SEAL_BROKEN);
}

static void seals_at_most_64_kilobytes(void **state)
{
    static unsigned char bytes[65537];
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);

    for (size_t len = 65535; len <= 65537; ++len) {
        const char *sealed = NULL;
        cog_err_t err =
            cog_seal(*state, &sealer, &binding, (cog_span_t){bytes, len}, &sealed);

        assert_int_equal(err, len <= 65536 ? COG_OK : COG_E_TOO_LARGE);
        if (sealed) {
            assert_int_equal(open_text(*state, &sealer, sealed), COG_OK);
        }
    }
}

static void opens_nothing_that_is_longer(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    char *text = apr_palloc(*state, 200001);

    memset(text, 'A', 200000);
    text[200000] = '\0';
    assert_int_equal(open_text(*state, &sealer, text), COG_E_SEAL_BROKEN);
}

/* P02 */
static void seals_nothing_without_random_bytes(void **state)
{
    cog_err_t err = COG_E_NO_RANDOM;
    const cog_random_t broken = {&err, fill_script};
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const char *sealed = NULL;

    sealer.random = &broken;
    assert_int_equal(cog_seal(*state, &sealer, &binding, cog_span_of("text"), &sealed),
                     COG_E_NO_RANDOM);
    assert_null(sealed);
}

static void takes_a_new_nonce_for_each_of_ten_thousand_seals(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    apr_hash_t *seen = apr_hash_make(*state);
    apr_pool_t *scratch;

    apr_pool_create(&scratch, *state);
    for (int i = 0; i < 10000; ++i) {
        size_t len;
        const unsigned char *bytes =
            bytes_of(scratch, seal(scratch, &sealer, &binding, "the same text"), &len);
        void *nonce = apr_pmemdup(*state, bytes + HEAD_LEN - NONCE_LEN, NONCE_LEN);

        assert_null(apr_hash_get(seen, nonce, NONCE_LEN));
        apr_hash_set(seen, nonce, NONCE_LEN, nonce);
        apr_pool_clear(scratch);
    }
    assert_int_equal(apr_hash_count(seen), 10000);
}

/* J05: what repeats is not shorter. */
static void does_not_compress(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);

    assert_int_equal(
        strlen(seal(*state, &sealer, &binding, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
        strlen(seal(*state, &sealer, &binding, "q8w7e6r5t4y3u2i1o0pAsDfGhJkLzXcV")));
}

typedef struct {
    const char *text;
    int is_wiped;
} watch_t;

static apr_status_t look(void *data)
{
    watch_t *watch = data;

    watch->is_wiped = *watch->text == '\0';
    return APR_SUCCESS;
}

static void wipes_what_was_opened_with_its_pool(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const char *sealed = seal(*state, &sealer, &binding, "text");
    watch_t watch = {NULL, 0};
    cog_span_t plain;
    apr_pool_t *pool;

    apr_pool_create(&pool, *state);
    apr_pool_cleanup_register(pool, &watch, look, apr_pool_cleanup_null);
    assert_int_equal(
        cog_unseal(pool, sealer.keyring, &binding, cog_span_of(sealed), &plain), COG_OK);
    watch.text = (const char *)plain.bytes;
    apr_pool_destroy(pool);
    assert_true(watch.is_wiped);
}

/* S09: what was opened before is no excuse for what looks like it. */
static void opens_nothing_else_after_it_has_opened_something(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    cog_sealer_t stranger =
        sealer_of(*state, "another secret of more than 32 bytes", NULL);
    const char *sealed = seal(*state, &sealer, &binding, "text");
    char *other = apr_pstrdup(*state, sealed);
    cog_binding_t moved = binding;
    cog_span_t plain;

    for (int i = 0; i < 3; ++i) {
        assert_int_equal(open_text(*state, &sealer, sealed), COG_OK);
    }
    for (size_t at = 0; other[at]; ++at) {
        other[at] = other[at] == 'A' ? 'B' : 'A';
        assert_true(strcmp(other, sealed) == 0 ||
                    open_text(*state, &sealer, other) == COG_E_SEAL_BROKEN);
        other[at] = sealed[at];
    }
    moved.client = "another client";
    assert_int_equal(
        cog_unseal(*state, sealer.keyring, &moved, cog_span_of(sealed), &plain),
        COG_E_SEAL_BROKEN);
    assert_int_equal(open_text(*state, &stranger, sealed), COG_E_SEAL_BROKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(opens_nothing_else_after_it_has_opened_something),
        cmocka_unit_test_with_pool(keeps_the_format_that_is_out_there),
        cmocka_unit_test_with_pool(opens_by_a_fixed_binding_what_the_same_one_has_sealed),
        cmocka_unit_test_with_pool(opens_what_it_has_sealed),
        cmocka_unit_test_with_pool(seals_nothing_as_well),
        cmocka_unit_test_with_pool(opens_nowhere_else),
        cmocka_unit_test_with_pool(breaks_when_any_bit_is_changed),
        cmocka_unit_test_with_pool(breaks_when_any_character_is_changed),
        cmocka_unit_test_with_pool(breaks_when_cut_anywhere),
        cmocka_unit_test_with_pool(breaks_when_something_is_added),
        cmocka_unit_test_with_pool(breaks_when_two_are_spliced),
        cmocka_unit_test_with_pool(seals_bytes_a_quarter_shorter),
        cmocka_unit_test_with_pool(refuses_what_is_no_envelope),
        cmocka_unit_test_with_pool(opens_with_every_secret_and_seals_with_the_first),
        cmocka_unit_test_with_pool(tries_every_key_that_has_the_id),
        cmocka_unit_test_with_pool(seals_at_most_64_kilobytes),
        cmocka_unit_test_with_pool(opens_nothing_that_is_longer),
        cmocka_unit_test_with_pool(seals_nothing_without_random_bytes),
        cmocka_unit_test_with_pool(takes_a_new_nonce_for_each_of_ten_thousand_seals),
        cmocka_unit_test_with_pool(does_not_compress),
        cmocka_unit_test_with_pool(wipes_what_was_opened_with_its_pool),
    };

    return cmocka_run_group_tests_name("crypto/seal", tests, NULL, NULL);
}
