#include "test/unit/crypto/jws_check.h"

#include <apr_strings.h>

static const char *encode(apr_pool_t *pool, const char *bytes, size_t len)
{
    return jwt_maker_base64url(pool, (const unsigned char *)bytes, len);
}

static void hands_out_the_claims_of_a_good_token(void **state)
{
    json_t *claims;
    cog_jws_t *jws;

    assert_int_equal(cog_jws_parse(*state, cog_secret_of(good_token(*state)), &jws),
                     COG_OK);
    assert_string_equal(cog_jws_kid(jws), KID);
    assert_string_equal(cog_jws_claimed_issuer(jws), "https://issuer.example");
    assert_int_equal(cog_jws_claimed_end(jws), 0);
    assert_int_equal(check_with(*state, jwt_maker_jwks(*state, signer(*state)),
                                good_token(*state), &claims),
                     COG_OK);
    assert_int_equal(json_object_size(claims), 2);
    assert_string_equal(json_string_value(json_object_get(claims, "sub")), "alice");
}

static void claims_an_end_where_there_is_one(void **state)
{
    static const struct {
        const char *payload;
        int64_t end;
    } rows[] = {
        {"{\"exp\":1700000000}",     1700000000},
        {"{\"exp\":\"1700000000\"}", 0         },
        {"{\"exp\":-1}",             0         },
    };

    for (size_t i = 0; i < COUNT(rows); ++i) {
        const char *token =
            jwt_maker_sign_as(*state, signer(*state), HEADER, rows[i].payload);
        cog_jws_t *jws;

        assert_int_equal(cog_jws_parse(*state, cog_secret_of(token), &jws), COG_OK);
        assert_int_equal(cog_jws_claimed_end(jws), rows[i].end);
    }
}

static void claims_no_issuer_where_there_is_none(void **state)
{
    static const char *const payloads[] = {"{}", "{\"iss\":\"\"}", "{\"iss\":1}",
                                           "{\"iss\":[\"https://issuer.example\"]}"};

    for (size_t i = 0; i < COUNT(payloads); ++i) {
        const char *token =
            jwt_maker_sign_as(*state, signer(*state), HEADER, payloads[i]);
        cog_jws_t *jws;

        assert_int_equal(cog_jws_parse(*state, cog_secret_of(token), &jws), COG_OK);
        assert_string_equal(cog_jws_claimed_issuer(jws), "");
    }
}

/* clang-format off */
#define K "\"kid\":\"" KID "\""
#define A "\"alg\":\"RS256\""
/* J01, J04, J08, J09, J10, J11: properly signed under these headers. */
static const struct {
    const char *rule;
    const char *header;
    cog_err_t result;
} headers[] = {
    {"as Cognito writes it",     "{" K "," A "}", COG_OK},
    {"other order",              "{" A "," K "}", COG_OK},
    {"white space",              " {\r\n\t" K " , " A " }\n", COG_OK},
    {"escaped name",             "{" K ",\"\\u0061lg\":\"RS256\"}", COG_OK},
    {"hdr-typ-jwt",              "{" K "," A ",\"typ\":\"JWT\"}", COG_OK},
    {"hdr-typ-lower",            "{" K "," A ",\"typ\":\"jwt\"}", COG_OK},
    {"hdr-typ-at-jwt",           "{" K "," A ",\"typ\":\"at+jwt\"}", COG_OK},
    {"unknown member",           "{" K "," A ",\"x\":[{}]}", COG_OK},
    {"hdr-cty-jwt",              "{" K "," A ",\"cty\":\"JWT\"}", COG_OK},
    {"alg-none",                 "{" K ",\"alg\":\"none\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-none-case",            "{" K ",\"alg\":\"nOnE\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-none-space",           "{" K ",\"alg\":\"none \"}", COG_E_TOKEN_ALGORITHM},
    {"alg-empty",                "{" K ",\"alg\":\"\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-hs256",                "{" K ",\"alg\":\"HS256\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-hs384",                "{" K ",\"alg\":\"HS384\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-hs512",                "{" K ",\"alg\":\"HS512\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-rs384",                "{" K ",\"alg\":\"RS384\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-rs512",                "{" K ",\"alg\":\"RS512\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-rs1",                  "{" K ",\"alg\":\"RS1\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-ps256",                "{" K ",\"alg\":\"PS256\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-es256",                "{" K ",\"alg\":\"ES256\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-eddsa",                "{" K ",\"alg\":\"EdDSA\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-dir",                  "{" K ",\"alg\":\"dir\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-lower",                "{" K ",\"alg\":\"rs256\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-space",                "{" K ",\"alg\":\"RS256 \"}", COG_E_TOKEN_ALGORITHM},
    {"alg-longer",               "{" K ",\"alg\":\"RS2560\"}", COG_E_TOKEN_ALGORITHM},
    {"alg-number",               "{" K ",\"alg\":256}", COG_E_TOKEN_ALGORITHM},
    {"alg-null",                 "{" K ",\"alg\":null}", COG_E_TOKEN_ALGORITHM},
    {"alg-true",                 "{" K ",\"alg\":true}", COG_E_TOKEN_ALGORITHM},
    {"alg-array",                "{" K ",\"alg\":[\"RS256\"]}", COG_E_TOKEN_ALGORITHM},
    {"alg-object",               "{" K ",\"alg\":{\"alg\":\"RS256\"}}", COG_E_TOKEN_ALGORITHM},
    {"alg-absent",               "{" K "}", COG_E_TOKEN_ALGORITHM},
    {"alg-name-case",            "{" K ",\"Alg\":\"RS256\"}", COG_E_TOKEN_ALGORITHM},
    {"hdr-empty-object",         "{}", COG_E_TOKEN_ALGORITHM},
    {"alg-dup-none-first",       "{" K ",\"alg\":\"none\"," A "}", COG_E_TOKEN_MALFORMED},
    {"alg-dup-none-last",        "{" K "," A ",\"alg\":\"none\"}", COG_E_TOKEN_MALFORMED},
    {"alg-dup-same",             "{" K "," A "," A "}", COG_E_TOKEN_MALFORMED},
    {"alg-dup-escaped",          "{" K "," A ",\"\\u0061lg\":\"none\"}", COG_E_TOKEN_MALFORMED},
    {"kid-dup",                  "{\"kid\":\"x\"," K "," A "}", COG_E_TOKEN_MALFORMED},
    {"kid-absent",               "{" A "}", COG_E_TOKEN_MALFORMED},
    {"kid-empty",                "{\"kid\":\"\"," A "}", COG_E_TOKEN_MALFORMED},
    {"kid-null",                 "{\"kid\":null," A "}", COG_E_TOKEN_MALFORMED},
    {"kid-number",               "{\"kid\":1," A "}", COG_E_TOKEN_MALFORMED},
    {"kid-array",                "{\"kid\":[\"" KID "\"]," A "}", COG_E_TOKEN_MALFORMED},
    {"kid-nul",                  "{\"kid\":\"" KID "\\u0000\"," A "}", COG_E_TOKEN_MALFORMED},
    {"kid-redis",                "{\"kid\":\"x\\r\\nFLUSHALL\\r\\n\"," A "}", COG_E_TOKEN_MALFORMED},
    {"kid-space",                "{\"kid\":\"a b\"," A "}", COG_E_TOKEN_MALFORMED},
    {"kid-delete",               "{\"kid\":\"a\\u007f\"," A "}", COG_E_TOKEN_MALFORMED},
    {"kid-no-ascii",             "{\"kid\":\"\\u00e9\"," A "}", COG_E_TOKEN_MALFORMED},
    {"kid-sql",                  "{\"kid\":\"'OR'1'='1\"," A "}", COG_E_TOKEN_KEY},
    {"kid-path",                 "{\"kid\":\"../../../../dev/null\"," A "}", COG_E_TOKEN_KEY},
    {"kid-url",                  "{\"kid\":\"https://evil.example/key\"," A "}", COG_E_TOKEN_KEY},
    {"kid-unknown",              "{\"kid\":\"unknown\"," A "}", COG_E_TOKEN_KEY},
    {"kid-unpadded",             "{\"kid\":\"kbxEboFjTrF9NUaco1UzsY9LdPEXghei2viYpCCaALU\"," A "}", COG_E_TOKEN_KEY},
    {"hdr-crit-unknown",         "{" K "," A ",\"crit\":[\"exp\"],\"exp\":1}", COG_E_TOKEN_MALFORMED},
    {"hdr-crit-b64",             "{" K "," A ",\"crit\":[\"b64\"],\"b64\":false}", COG_E_TOKEN_MALFORMED},
    {"hdr-crit-empty",           "{" K "," A ",\"crit\":[]}", COG_E_TOKEN_MALFORMED},
    {"hdr-crit-string",          "{" K "," A ",\"crit\":\"exp\"}", COG_E_TOKEN_MALFORMED},
    {"hdr-crit-null",            "{" K "," A ",\"crit\":null}", COG_E_TOKEN_MALFORMED},
    {"hdr-b64-true",             "{" K "," A ",\"b64\":true}", COG_E_TOKEN_MALFORMED},
    {"hdr-jku",                  "{" K "," A ",\"jku\":\"https://evil.example/\"}", COG_E_TOKEN_MALFORMED},
    {"hdr-x5u",                  "{" K "," A ",\"x5u\":\"https://evil.example/\"}", COG_E_TOKEN_MALFORMED},
    {"hdr-jwk",                  "{" K "," A ",\"jwk\":{}}", COG_E_TOKEN_MALFORMED},
    {"hdr-x5c",                  "{" K "," A ",\"x5c\":[\"MIIB\"]}", COG_E_TOKEN_MALFORMED},
    {"hdr-x5t",                  "{" K "," A ",\"x5t\":\"AA\"}", COG_E_TOKEN_MALFORMED},
    {"hdr-x5t-256",              "{" K "," A ",\"x5t#S256\":\"AA\"}", COG_E_TOKEN_MALFORMED},
    {"hdr-jku-null",             "{" K "," A ",\"jku\":null}", COG_E_TOKEN_MALFORMED},
    {"hdr-zip",                  "{" K "," A ",\"zip\":\"DEF\"}", COG_E_TOKEN_MALFORMED},
    {"hdr-enc",                  "{" K "," A ",\"enc\":\"A256GCM\"}", COG_E_TOKEN_MALFORMED},
    {"hdr-typ-number",           "{" K "," A ",\"typ\":1}", COG_E_TOKEN_MALFORMED},
    {"hdr-typ-null",             "{" K "," A ",\"typ\":null}", COG_E_TOKEN_MALFORMED},
    {"hdr-typ-other",            "{" K "," A ",\"typ\":\"secevent+jwt\"}", COG_E_TOKEN_MALFORMED},
    {"hdr-typ-empty",            "{" K "," A ",\"typ\":\"\"}", COG_E_TOKEN_MALFORMED},
    {"hdr-array",                "[" HEADER "]", COG_E_TOKEN_MALFORMED},
    {"hdr-string",               "\"RS256\"", COG_E_TOKEN_MALFORMED},
    {"hdr-null",                 "null", COG_E_TOKEN_MALFORMED},
    {"hdr-no-json",              "kid", COG_E_TOKEN_MALFORMED},
    {"hdr-trailing",             HEADER "x", COG_E_TOKEN_MALFORMED},
    {"hdr-twice",                HEADER HEADER, COG_E_TOKEN_MALFORMED},
    {"hdr-cut",                  "{" K "," A, COG_E_TOKEN_MALFORMED},
    {"hdr-bom",                  "\xef\xbb\xbf" HEADER, COG_E_TOKEN_MALFORMED},
    {"hdr-bad-utf8",             "{" K "," A ",\"x\":\"\xff\"}", COG_E_TOKEN_MALFORMED},
};

#define BYTES(literal) literal, sizeof(literal) - 1
#define WITH(member) BYTES("{\"sub\":\"alice\"," member "}")
/* J04, J06, J11: properly signed payloads. */
static const struct {
    const char *rule;
    const char *payload;
    size_t len;
    cog_err_t result;
} payloads[] = {
    {"plain",                  BYTES(PAYLOAD), COG_OK},
    {"pay-empty-object",       BYTES("{}"), COG_OK},
    {"pay-spaces",             BYTES(" \r\n\t{ } \n"), COG_OK},
    {"pay-escaped-name",       WITH("\"\\u0073\":1"), COG_OK},
    {"pay-utf8",               WITH("\"x\":\"\xf0\x9f\x98\x80\""), COG_OK},
    {"pay-surrogate-pair",     WITH("\"x\":\"\\ud83d\\ude00\""), COG_OK},
    {"pay-dup-sub",            WITH("\"sub\":\"evil\""), COG_E_TOKEN_MALFORMED},
    {"pay-dup-same",           WITH("\"sub\":\"alice\""), COG_E_TOKEN_MALFORMED},
    {"pay-dup-escaped",        WITH("\"\\u0073ub\":\"evil\""), COG_E_TOKEN_MALFORMED},
    {"pay-dup-deep",           WITH("\"x\":[{\"a\":1,\"a\":2}]"), COG_E_TOKEN_MALFORMED},
    {"pay-array",              BYTES("[" PAYLOAD "]"), COG_E_TOKEN_MALFORMED},
    {"pay-string",             BYTES("\"sub\""), COG_E_TOKEN_MALFORMED},
    {"pay-number",             BYTES("1"), COG_E_TOKEN_MALFORMED},
    {"pay-null",               BYTES("null"), COG_E_TOKEN_MALFORMED},
    {"pay-true",               BYTES("true"), COG_E_TOKEN_MALFORMED},
    {"pay-truncated",          BYTES("{\"sub\":\"alice\""), COG_E_TOKEN_MALFORMED},
    {"pay-trailing",           BYTES(PAYLOAD "x"), COG_E_TOKEN_MALFORMED},
    {"pay-two-objects",        BYTES(PAYLOAD PAYLOAD), COG_E_TOKEN_MALFORMED},
    {"pay-trailing-nul",       BYTES(PAYLOAD "\0"), COG_E_TOKEN_MALFORMED},
    {"pay-leading-nul",        BYTES("\0" PAYLOAD), COG_E_TOKEN_MALFORMED},
    {"pay-bom",                BYTES("\xef\xbb\xbf" PAYLOAD), COG_E_TOKEN_MALFORMED},
    {"pay-utf16",              BYTES("\xff\xfe{\0}\0"), COG_E_TOKEN_MALFORMED},
    {"pay-utf16-no-mark",      BYTES("{\0}\0"), COG_E_TOKEN_MALFORMED},
    {"pay-bad-utf8",           WITH("\"x\":\"\xff\""), COG_E_TOKEN_MALFORMED},
    {"pay-overlong",           WITH("\"x\":\"\xc0\xaf\""), COG_E_TOKEN_MALFORMED},
    {"pay-surrogate",          WITH("\"x\":\"\\ud800\""), COG_E_TOKEN_MALFORMED},
    {"pay-surrogate-utf8",     WITH("\"x\":\"\xed\xa0\x80\""), COG_E_TOKEN_MALFORMED},
    {"pay-nul",                WITH("\"x\":\"a\\u0000b\""), COG_E_TOKEN_MALFORMED},
    {"pay-nul-in-name",        WITH("\"sub\\u0000\":\"evil\""), COG_E_TOKEN_MALFORMED},
    {"pay-raw-newline",        WITH("\"x\":\"\n\""), COG_E_TOKEN_MALFORMED},
    {"pay-nan",                WITH("\"x\":NaN"), COG_E_TOKEN_MALFORMED},
    {"pay-comment",            BYTES("/**/" PAYLOAD), COG_E_TOKEN_MALFORMED},
    {"pay-single-quotes",      BYTES("{'sub':'alice'}"), COG_E_TOKEN_MALFORMED},
    {"pay-trailing-comma",     BYTES("{\"sub\":\"alice\",}"), COG_E_TOKEN_MALFORMED},
    {"pay-huge-number",        WITH("\"exp\":1000000000000000000000000000000"), COG_E_TOKEN_MALFORMED},
    {"pay-1e999",              WITH("\"exp\":1e999"), COG_E_TOKEN_MALFORMED},
};
/* clang-format on */

static void follows_the_rules_for_headers(void **state)
{
    for (size_t i = 0; i < COUNT(headers); ++i) {
        const char *token =
            jwt_maker_sign_as(*state, signer(*state), headers[i].header, PAYLOAD);

        assert_result(headers[i].rule, check(*state, token), headers[i].result);
    }
}

static void refuses_unsigned_tokens_of_every_algorithm(void **state)
{
    for (size_t i = 0; i < COUNT(headers); ++i) {
        const char *head = apr_pstrcat(
            *state, encode(*state, headers[i].header, strlen(headers[i].header)), ".",
            encode(*state, PAYLOAD, strlen(PAYLOAD)), NULL);

        assert_int_not_equal(check(*state, apr_pstrcat(*state, head, ".", NULL)), COG_OK);
        assert_int_not_equal(check(*state, apr_pstrcat(*state, head, ".AAAA", NULL)),
                             COG_OK);
    }
}

static void follows_the_rules_for_payloads(void **state)
{
    const char *header = encode(*state, HEADER, strlen(HEADER));

    for (size_t i = 0; i < COUNT(payloads); ++i) {
        const char *payload = encode(*state, payloads[i].payload, payloads[i].len);
        const char *token = jwt_maker_sign_input(
            *state, signer(*state), apr_pstrcat(*state, header, ".", payload, NULL));

        assert_result(payloads[i].rule, check(*state, token), payloads[i].result);
    }
}

/* A payload with arrays in arrays, `levels` deep in all. */
static const char *deep_token(apr_pool_t *pool, size_t levels)
{
    char *payload = apr_palloc(pool, 2 * levels + 16);
    char *out = apr_cpystrn(payload, "{\"x\":", 6);

    memset(out, '[', levels - 1);
    memset(out + levels - 1, ']', levels - 1);
    apr_cpystrn(out + 2 * (levels - 1), "}", 2);
    return jwt_maker_sign_as(pool, signer(pool), HEADER, payload);
}

static void takes_payloads_of_at_most_32_levels(void **state)
{
    assert_int_equal(check(*state, deep_token(*state, 31)), COG_OK);
    assert_int_equal(check(*state, deep_token(*state, 32)), COG_OK);
    assert_int_equal(check(*state, deep_token(*state, 33)), COG_E_TOKEN_MALFORMED);
    assert_int_equal(check(*state, deep_token(*state, 5000)), COG_E_TOKEN_MALFORMED);
}

static void takes_key_ids_of_at_most_128_octets(void **state)
{
    for (size_t len = 127; len <= 129; ++len) {
        char *kid = apr_palloc(*state, len + 1);
        cog_jws_t *jws;
        const char *token;

        memset(kid, '=', len);
        kid[len] = '\0';
        token = jwt_maker_sign_as(
            *state, signer(*state),
            apr_psprintf(*state, "{\"kid\":\"%s\",\"alg\":\"RS256\"}", kid), PAYLOAD);
        assert_int_equal(cog_jws_parse(*state, cog_secret_of(token), &jws),
                         len <= 128 ? COG_OK : COG_E_TOKEN_MALFORMED);
    }
}

static void verifies_with_the_key_that_signed_only(void **state)
{
    jwt_maker_t *other = jwt_maker_make(*state, "other");
    const char *token = jwt_maker_sign_as(*state, other, HEADER, PAYLOAD);

    assert_int_equal(check(*state, token), COG_E_TOKEN_SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(hands_out_the_claims_of_a_good_token),
        cmocka_unit_test_with_pool(claims_an_end_where_there_is_one),
        cmocka_unit_test_with_pool(claims_no_issuer_where_there_is_none),
        cmocka_unit_test_with_pool(follows_the_rules_for_headers),
        cmocka_unit_test_with_pool(refuses_unsigned_tokens_of_every_algorithm),
        cmocka_unit_test_with_pool(follows_the_rules_for_payloads),
        cmocka_unit_test_with_pool(takes_payloads_of_at_most_32_levels),
        cmocka_unit_test_with_pool(takes_key_ids_of_at_most_128_octets),
        cmocka_unit_test_with_pool(verifies_with_the_key_that_signed_only),
    };

    return cmocka_run_group_tests_name("crypto/jws, headers and payloads", tests, NULL,
                                       NULL);
}
