#include "test/unit/unit.h"

#include <apr_strings.h>

#include "session/tokens_codec.h"

#define JWE "eyJjdHkiOiJKV1QifQ.AAECAw..q83v.BAUG"
#define JWT "eyJhbGciOiJSUzI1NiJ9.e30.AAEC"

static void assert_same(cog_secret_t a, cog_secret_t b)
{
    assert_int_equal(cog_secret_is_set(a), cog_secret_is_set(b));
    assert_true(!cog_secret_is_set(a) || cog_secret_equal(a, b));
}

static void assert_kept(apr_pool_t *pool, const cog_session_tokens_t *tokens)
{
    cog_session_tokens_t read;

    assert_int_equal(
        cog_session_tokens_decode(pool, cog_session_tokens_encode(pool, tokens), &read),
        COG_OK);
    assert_same(read.refresh_token, tokens->refresh_token);
    assert_same(read.nonce, tokens->nonce);
    assert_same(read.id_token, tokens->id_token);
    assert_same(read.access_token, tokens->access_token);
}

static void gives_back_every_token(void **state)
{
    cog_session_tokens_t tokens = {cog_secret_of(JWE), cog_secret_of("a-nonce"),
                                   cog_secret_of(JWT), cog_secret_of(JWT)};

    assert_kept(*state, &tokens);
}

static void gives_back_what_is_not_set(void **state)
{
    cog_session_tokens_t tokens = {.nonce = cog_secret_of("")};

    assert_kept(*state, &tokens);
    tokens.nonce = cog_secret_of(NULL);
    assert_kept(*state, &tokens);
}

/* Whatever a user pool may call a token comes back byte for byte. */
static void gives_back_what_is_no_jwt(void **state)
{
    static const char *const texts[] = {
        "opaque",
        "YQ",
        "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ",
        "YQ.eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ",
        ".eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ",
        ".",
        "..",
        ".....",
        "a.b.c",
        "YQ==.YQ",
        "YQ.YR.YQ",
        "a b",
        "YQ.YQ.YQ.YQ.YQ.YQ",
        "\xc3\xa9.\xc3\xa9",
    };

    for (size_t i = 0; i < COUNT(texts); ++i) {
        cog_session_tokens_t tokens = {.refresh_token = cog_secret_of(texts[i])};

        assert_kept(*state, &tokens);
    }
}

static void makes_a_refresh_token_a_quarter_shorter(void **state)
{
    char *text = apr_palloc(*state, 1801);
    cog_session_tokens_t tokens;

    memset(text, 'A', 1800);
    for (int i = 360; i < 1800; i += 361) {
        text[i] = '.';
    }
    text[1800] = '\0';
    tokens = (cog_session_tokens_t){.refresh_token = cog_secret_of(text)};
    assert_true(cog_session_tokens_encode(*state, &tokens).len < 1370);
    assert_kept(*state, &tokens);
}

/* It comes with each request. */
static void leaves_out_what_all_refresh_tokens_begin_with(void **state)
{
    cog_session_tokens_t tokens = {
        .refresh_token = cog_secret_of(
            "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ.AAEC.AAEC")};

    assert_true(cog_session_tokens_encode(*state, &tokens).len < 16);
    assert_kept(*state, &tokens);
}

static void refuses_what_is_cut_or_longer_or_of_another_version(void **state)
{
    cog_session_tokens_t tokens = {cog_secret_of(JWE), cog_secret_of("a-nonce"),
                                   cog_secret_of(JWT), cog_secret_of("opaque")};
    cog_span_t record = cog_session_tokens_encode(*state, &tokens);
    unsigned char *longer = apr_palloc(*state, record.len + 1);
    cog_session_tokens_t read;

    for (size_t len = 0; len < record.len; ++len) {
        assert_int_equal(
            cog_session_tokens_decode(*state, (cog_span_t){record.bytes, len}, &read),
            COG_E_NO_SESSION);
    }
    memcpy(longer, record.bytes, record.len);
    longer[record.len] = 0;
    assert_int_equal(
        cog_session_tokens_decode(*state, (cog_span_t){longer, record.len + 1}, &read),
        COG_E_NO_SESSION);
    longer[0] = 9;
    assert_int_equal(
        cog_session_tokens_decode(*state, (cog_span_t){longer, record.len}, &read),
        COG_E_NO_SESSION);
}

static void refuses_a_kind_that_it_would_not_write(void **state)
{
    static const unsigned char kinds[] = {2, 8, 100};
    cog_session_tokens_t read;

    for (size_t i = 0; i < COUNT(kinds); ++i) {
        unsigned char record[] = {2, kinds[i], 0, 0, 0};

        assert_int_equal(
            cog_session_tokens_decode(*state, (cog_span_t){record, 5}, &read),
            COG_E_NO_SESSION);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(gives_back_every_token),
        cmocka_unit_test_with_pool(gives_back_what_is_not_set),
        cmocka_unit_test_with_pool(gives_back_what_is_no_jwt),
        cmocka_unit_test_with_pool(makes_a_refresh_token_a_quarter_shorter),
        cmocka_unit_test_with_pool(leaves_out_what_all_refresh_tokens_begin_with),
        cmocka_unit_test_with_pool(refuses_what_is_cut_or_longer_or_of_another_version),
        cmocka_unit_test_with_pool(refuses_a_kind_that_it_would_not_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
