#include "test/unit/crypto/jws_check.h"

#include <apr_strings.h>

/* clang-format off */
/* J04. %h header, %p payload, %s signature of a good token; all else stands for itself. */
static const struct {
    const char *rule;
    const char *form;
    cog_err_t result;
} forms[] = {
    {"compact",                "%h.%p.%s", COG_OK},
    {"ser-empty",              "", COG_E_TOKEN_MALFORMED},
    {"ser-word",               "undefined", COG_E_TOKEN_MALFORMED},
    {"ser-dots",               "..", COG_E_TOKEN_MALFORMED},
    {"ser-one-dot",            ".", COG_E_TOKEN_MALFORMED},
    {"ser-four-dots",          "....", COG_E_TOKEN_MALFORMED},
    {"ser-one-part",           "%h", COG_E_TOKEN_MALFORMED},
    {"ser-two-parts",          "%h.%p", COG_E_TOKEN_MALFORMED},
    {"ser-four-parts",         "%h.%p.%s.%s", COG_E_TOKEN_MALFORMED},
    {"ser-five-parts",         "%h.%p.%s.%s.%s", COG_E_TOKEN_MALFORMED},
    {"ser-six-parts",          "%h.%p.%s.%h.%p.%s", COG_E_TOKEN_MALFORMED},
    {"ser-no-signature",       "%h.%p.", COG_E_TOKEN_MALFORMED},
    {"ser-no-payload",         "%h..%s", COG_E_TOKEN_MALFORMED},
    {"ser-no-header",          ".%p.%s", COG_E_TOKEN_MALFORMED},
    {"ser-leading-dot",        ".%h.%p.%s", COG_E_TOKEN_MALFORMED},
    {"ser-trailing-dot",       "%h.%p.%s.", COG_E_TOKEN_MALFORMED},
    {"ser-double-dot",         "%h..%p.%s", COG_E_TOKEN_MALFORMED},
    {"ser-misplaced-padding",  "eyJhbGciOiJSUzI1NiJ9.e30.A=", COG_E_TOKEN_MALFORMED},
    {"same, with a key id",    "%h.e30.A=", COG_E_TOKEN_MALFORMED},
    {"same, in the payload",   "%h.A=.%s", COG_E_TOKEN_MALFORMED},
    {"same, in the header",    "A=.%p.%s", COG_E_TOKEN_MALFORMED},
    {"length of 1 modulo 4",   "%h.%p.A", COG_E_TOKEN_MALFORMED},
    {"ser-sig-padded",         "%h.%p.%s==", COG_E_TOKEN_MALFORMED},
    {"ser-sig-padded-once",    "%h.%p.%s=", COG_E_TOKEN_MALFORMED},
    {"ser-pay-padded",         "%h.%p=.%s", COG_E_TOKEN_MALFORMED},
    {"ser-hdr-padded",         "%h=.%p.%s", COG_E_TOKEN_MALFORMED},
    {"ser-sig-junk",           "%h.%p.%s=.evil", COG_E_TOKEN_MALFORMED},
    {"ser-sig-junk-equals",    "%h.%p.%s==evil", COG_E_TOKEN_MALFORMED},
    {"ser-std-plus",           "%h.%p.%s+", COG_E_TOKEN_MALFORMED},
    {"ser-std-slash",          "%h.%p./%s", COG_E_TOKEN_MALFORMED},
    {"ser-leading-space",      " %h.%p.%s", COG_E_TOKEN_MALFORMED},
    {"ser-trailing-space",     "%h.%p.%s ", COG_E_TOKEN_MALFORMED},
    {"ser-newline",            "%h.%p.%s\n", COG_E_TOKEN_MALFORMED},
    {"ser-inner-newline",      "%h.\n%p.%s", COG_E_TOKEN_MALFORMED},
    {"ser-tab",                "%h.%p\t.%s", COG_E_TOKEN_MALFORMED},
    {"ser-percent",            "%h%2E%p%2E%s", COG_E_TOKEN_MALFORMED},
    {"ser-8bit",               "%h.%p.%s\xc3\xa9", COG_E_TOKEN_MALFORMED},
    {"ser-fullwidth-dot",      "%h\xef\xbc\x8e%p\xef\xbc\x8e%s", COG_E_TOKEN_MALFORMED},
    {"ser-bearer",             "Bearer %h.%p.%s", COG_E_TOKEN_MALFORMED},
    {"ser-quoted",             "\"%h.%p.%s\"", COG_E_TOKEN_MALFORMED},
    {"ser-twice",              "%h.%p.%s,%h.%p.%s", COG_E_TOKEN_MALFORMED},
    {"ser-json-flattened",     "{\"protected\":\"%h\",\"payload\":\"%p\",\"signature\":\"%s\"}", COG_E_TOKEN_MALFORMED},
    {"ser-json-general",       "{\"payload\":\"%p\",\"signatures\":[{\"protected\":\"%h\",\"signature\":\"%s\"}]}", COG_E_TOKEN_MALFORMED},
    {"parts exchanged",        "%p.%h.%s", COG_E_TOKEN_ALGORITHM},
    {"other payload",          "%h.e30.%s", COG_E_TOKEN_SIGNATURE},
    {"short signature",        "%h.%p.AAAA", COG_E_TOKEN_SIGNATURE},
    {"payload as signature",   "%h.%p.%p", COG_E_TOKEN_SIGNATURE},
};
/* clang-format on */

static const char *fill_form(apr_pool_t *pool, const char *form)
{
    const char *token = good_token(pool);
    size_t header = strcspn(token, ".");
    size_t payload = strcspn(token + header + 1, ".");
    const char *text = "";

    for (; *form; ++form) {
        if (*form == '%' && strchr("hps", form[1])) {
            const char *begin = form[1] == 'h' ? token : token + header + 1;
            size_t len = form[1] == 'h' ? header : payload;

            begin = form[1] == 's' ? token + header + payload + 2 : begin;
            len = form[1] == 's' ? strlen(begin) : len;
            text = apr_pstrcat(pool, text, apr_pstrmemdup(pool, begin, len), NULL);
            ++form;
        }
        else {
            text = apr_psprintf(pool, "%s%c", text, *form);
        }
    }
    return text;
}

static void follows_the_rules_for_the_serialisation(void **state)
{
    for (size_t i = 0; i < COUNT(forms); ++i) {
        assert_result(forms[i].rule, check(*state, fill_form(*state, forms[i].form)),
                      forms[i].result);
    }
}

static void refuses_no_token_and_one_with_a_nul(void **state)
{
    const char *token = good_token(*state);
    cog_jws_t *jws;

    assert_int_equal(cog_jws_parse(*state, cog_secret_of(NULL), &jws),
                     COG_E_TOKEN_MALFORMED);
    assert_int_equal(
        cog_jws_parse(*state, (cog_secret_t){token, strlen(token) + 1}, &jws),
        COG_E_TOKEN_MALFORMED);
}

/* There is one text for each token: no other last character of a part is taken. */
static void refuses_every_other_spelling_of_a_part(void **state)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *token = good_token(*state);
    char *text = apr_pstrdup(*state, token);
    size_t len = strlen(token);

    for (size_t i = 0; i <= len; ++i) {
        if (text[i] != '.' && text[i] != '\0') {
            continue;
        }
        for (const char *c = alphabet; *c; ++c) {
            text[i - 1] = *c;
            assert_int_equal(check(*state, text) == COG_OK, *c == token[i - 1]);
        }
        text[i - 1] = token[i - 1];
    }
    assert_int_equal(check(*state, text), COG_OK);
}

/* S09 */
static void refuses_a_token_with_any_character_changed(void **state)
{
    const char *token = good_token(*state);
    char *text = apr_pstrdup(*state, token);

    for (size_t i = 0; text[i]; ++i) {
        text[i] = token[i] == 'A' ? 'Q' : 'A';
        assert_int_not_equal(check(*state, text), COG_OK);
        text[i] = token[i];
    }
}

/* A good token of exactly `len` characters. */
static const char *token_of_len(apr_pool_t *pool, size_t len)
{
    size_t signature = 342 + 2;

    for (size_t blanks = 0; blanks < 4; ++blanks) {
        const char *header = apr_psprintf(pool, "{%*s%s", (int)blanks, "", &HEADER[1]);
        size_t payload = len - signature - (strlen(header) * 4 + 2) / 3;

        if (payload % 4 != 1) {
            char *text = apr_palloc(pool, payload);

            memset(text, ' ', payload);
            text[0] = '{';
            text[1] = '}';
            text[payload * 3 / 4] = '\0';
            return jwt_maker_sign_as(pool, signer(pool), header, text);
        }
    }
    return NULL;
}

static void takes_tokens_of_at_most_128_kilobytes(void **state)
{
    for (size_t len = COG_JWS_MAX_LEN - 1; len <= COG_JWS_MAX_LEN + 1; ++len) {
        const char *token = token_of_len(*state, len);

        assert_int_equal(strlen(token), len);
        assert_int_equal(check(*state, token),
                         len <= COG_JWS_MAX_LEN ? COG_OK : COG_E_TOKEN_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(follows_the_rules_for_the_serialisation),
        cmocka_unit_test_with_pool(refuses_no_token_and_one_with_a_nul),
        cmocka_unit_test_with_pool(refuses_every_other_spelling_of_a_part),
        cmocka_unit_test_with_pool(refuses_a_token_with_any_character_changed),
        cmocka_unit_test_with_pool(takes_tokens_of_at_most_128_kilobytes),
    };

    return cmocka_run_group_tests_name("crypto/jws, serialisation", tests, NULL, NULL);
}
