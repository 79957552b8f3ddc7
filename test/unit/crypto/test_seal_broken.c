#include "test/unit/crypto/sealer.h"

#include <apr_strings.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "crypto/keyring_private.h"

static cog_err_t open_bytes(apr_pool_t *pool, const cog_sealer_t *sealer,
                            const unsigned char *bytes, size_t len)
{
    return open_text(pool, sealer, cog_base64url_encode(pool, (cog_span_t){bytes, len}));
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
    const char *sealed = seal_text(*state, &sealer, &binding, "text");

    for (size_t i = 0; i < COUNT(rules); ++i) {
        cog_span_t plain;

        assert_result(rules[i].rule,
                      cog_unseal(*state, sealer.keyring, &rules[i].other,
                                 cog_span_of(sealed), &plain),
                      COG_E_SEAL_BROKEN);
        sealed = seal_text(*state, &sealer, &rules[i].other, "text");
        assert_result(rules[i].rule, open_text(*state, &sealer, sealed),
                      COG_E_SEAL_BROKEN);
        sealed = seal_text(*state, &sealer, &binding, "text");
    }
}

/* S09 */
static void breaks_when_any_bit_is_changed(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    const char *sealed = seal_text(*state, &sealer, &binding, "a session of somebody");
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
    const char *sealed = seal_text(*state, &sealer, &binding, "a session of somebody");
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
    const char *sealed = seal_text(*state, &sealer, &binding, "a session of somebody");
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
    const char *sealed = seal_text(*state, &sealer, &binding, "a session of somebody");
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
    const char *a = seal_text(*state, &sealer, &binding, "a session of somebody");
    const char *b = seal_text(*state, &sealer, &binding, "a session of another!");
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

/* What cog_seal_bytes() would make of so many zeros if it took any number of them. */
static cog_span_t seal_zeros(apr_pool_t *pool, const cog_sealer_t *sealer, size_t len)
{
    static const unsigned char associated[] =
        "\1\0https://issuer.example\0client\0__Host-cognito";
    const cog_keyset_t *keys = &sealer->keyring->sets[0];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    unsigned char *bytes = apr_pcalloc(pool, HEAD_LEN + len + TAG_LEN);
    unsigned char *text = bytes + HEAD_LEN;
    int ignored;

    bytes[0] = 1;
    memcpy(bytes + 1, keys->id, COG_KEY_ID_LEN);
    assert_true(
        EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL,
                           keys->keys[COG_PURPOSE_SESSION], text - NONCE_LEN) &&
        EVP_EncryptUpdate(context, NULL, &ignored, associated, sizeof(associated)) &&
        EVP_EncryptUpdate(context, text, &ignored, text, (int)len) &&
        EVP_EncryptFinal_ex(context, text + len, &ignored) &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, text + len));
    EVP_CIPHER_CTX_free(context);
    return (cog_span_t){bytes, HEAD_LEN + len + TAG_LEN};
}

static void opens_nothing_that_is_longer(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);

    for (size_t len = 65535; len <= 65600; ++len) {
        cog_span_t sealed = seal_zeros(*state, &sealer, len);
        cog_err_t result = len <= 65536 ? COG_OK : COG_E_SEAL_BROKEN;
        cog_span_t plain;

        assert_int_equal(
            cog_unseal_bytes(*state, sealer.keyring, &binding, sealed, &plain), result);
        assert_int_equal(open_bytes(*state, &sealer, sealed.bytes, sealed.len), result);
    }
}

/* S09: what was opened before is no excuse for what looks like it. */
static void opens_nothing_else_after_it_has_opened_something(void **state)
{
    cog_sealer_t sealer = sealer_of(*state, SECRET, NULL);
    cog_sealer_t stranger =
        sealer_of(*state, "another secret of more than 32 bytes", NULL);
    const char *sealed = seal_text(*state, &sealer, &binding, "text");
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
        cmocka_unit_test_with_pool(opens_nowhere_else),
        cmocka_unit_test_with_pool(breaks_when_any_bit_is_changed),
        cmocka_unit_test_with_pool(breaks_when_any_character_is_changed),
        cmocka_unit_test_with_pool(breaks_when_cut_anywhere),
        cmocka_unit_test_with_pool(breaks_when_something_is_added),
        cmocka_unit_test_with_pool(breaks_when_two_are_spliced),
        cmocka_unit_test_with_pool(refuses_what_is_no_envelope),
        cmocka_unit_test_with_pool(opens_nothing_that_is_longer),
    };

    return cmocka_run_group_tests_name("crypto/seal, what is not to be opened", tests,
                                       NULL, NULL);
}
