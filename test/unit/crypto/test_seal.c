#include "test/unit/crypto/sealer.h"

#include <apr_hash.h>
#include <apr_strings.h>

#include "crypto/keyring_private.h"

static cog_err_t fill_script(void *context, unsigned char *bytes, size_t len)
{
    const cog_err_t *err = context;

    for (size_t i = 0; i < len; ++i) {
        bytes[i] = (unsigned char)i;
    }
    return *err;
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
    assert_string_equal(seal_text(*state, &sealer, &binding, "plain text"), known);
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
    cog_span_t sealed = cog_span_of(seal_text(*state, &sealer, &binding, "text"));
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

static void opens_with_every_secret_and_seals_with_the_first(void **state)
{
    cog_sealer_t old = sealer_of(*state, SECRET, NULL);
    cog_sealer_t both = sealer_of(*state, SECRET "new", SECRET);
    cog_sealer_t new = sealer_of(*state, SECRET "new", NULL);
    const char *by_old = seal_text(*state, &old, &binding, "text");
    const char *by_both = seal_text(*state, &both, &binding, "text");

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
    const char *by_first = seal_text(*state, &first, &binding, "text");
    const char *by_second = seal_text(*state, &second, &binding, "text");

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
        const unsigned char *bytes = bytes_of(
            scratch, seal_text(scratch, &sealer, &binding, "the same text"), &len);
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
        strlen(seal_text(*state, &sealer, &binding, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
        strlen(seal_text(*state, &sealer, &binding, "q8w7e6r5t4y3u2i1o0pAsDfGhJkLzXcV")));
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
    const char *sealed = seal_text(*state, &sealer, &binding, "text");
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

/* Tokens are opened once in a while, and not left lying about. */
static void remembers_sessions_alone(void **state)
{
    for (int purpose = 0; purpose < COG_PURPOSE_COUNT; ++purpose) {
        cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
        const cog_binding_t bound = {(cog_purpose_t)purpose, "issuer", "client", "name"};
        cog_bound_t fixed = cog_binding_fix(*state, &bound);
        cog_span_t sealed = cog_span_of(seal_text(*state, &sealer, &bound, "text"));
        const cog_unseal_cache_key_t key = {sealed, fixed.bytes};
        cog_span_t plain;

        assert_int_equal(cog_unseal_bound(*state, sealer.keyring, &fixed, sealed, &plain),
                         COG_OK);
        assert_int_equal(
            cog_unseal_cache_find(sealer.keyring->cache, *state, &key, &plain),
            purpose == COG_PURPOSE_SESSION);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(keeps_the_format_that_is_out_there),
        cmocka_unit_test_with_pool(opens_by_a_fixed_binding_what_the_same_one_has_sealed),
        cmocka_unit_test_with_pool(opens_what_it_has_sealed),
        cmocka_unit_test_with_pool(seals_nothing_as_well),
        cmocka_unit_test_with_pool(seals_bytes_a_quarter_shorter),
        cmocka_unit_test_with_pool(opens_with_every_secret_and_seals_with_the_first),
        cmocka_unit_test_with_pool(tries_every_key_that_has_the_id),
        cmocka_unit_test_with_pool(seals_at_most_64_kilobytes),
        cmocka_unit_test_with_pool(seals_nothing_without_random_bytes),
        cmocka_unit_test_with_pool(takes_a_new_nonce_for_each_of_ten_thousand_seals),
        cmocka_unit_test_with_pool(does_not_compress),
        cmocka_unit_test_with_pool(wipes_what_was_opened_with_its_pool),
        cmocka_unit_test_with_pool(remembers_sessions_alone),
    };

    return cmocka_run_group_tests_name("crypto/seal", tests, NULL, NULL);
}
