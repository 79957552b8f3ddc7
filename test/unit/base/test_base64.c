#include "test/unit/unit.h"

#include <apr_base64.h>
#include <apr_strings.h>

#include "base/base64.h"

/* clang-format off */
/* RFC 4648, 10, without padding, and the two characters that the URL alphabet changes. */
static const struct {
    const char *plain;
    const char *text;
} pairs[] = {
    {"",                         ""},
    {"f",                        "Zg"},
    {"fo",                       "Zm8"},
    {"foo",                      "Zm9v"},
    {"foob",                     "Zm9vYg"},
    {"fooba",                    "Zm9vYmE"},
    {"foobar",                   "Zm9vYmFy"},
    {"\xfb\xff\xbf",             "-_-_"},
    {"{\"alg\":\"RS256\"}",      "eyJhbGciOiJSUzI1NiJ9"},
};

static const struct {
    const char *rule;
    const char *text;
} refused[] = {
    {"length of 1 modulo 4",                    "A"},
    {"length of 5",                             "AAAAA"},
    {"length of 9",                             "AAAAAAAAA"},
    {"padded, one",                             "Zm8="},
    {"padded, two",                             "Zg=="},
    {"padding alone",                           "===="},
    {"padding in the middle",                   "Zg==Zg=="},
    {"padding misplaced",                       "A="},
    {"too much padding",                        "Zm9v="},
    {"plus of the other alphabet",              "+v__"},
    {"slash of the other alphabet",             "AA/A"},
    {"space before",                            " Zm9v"},
    {"space after",                             "Zm9v "},
    {"space between",                           "Zm 9"},
    {"line feed after",                         "Zm9v\n"},
    {"line feed between",                       "Zm9v\nZm9"},
    {"line feed as the fourth",                 "Zm9\n"},
    {"carriage return",                         "Zm9\r"},
    {"tab",                                     "Zm\t9"},
    {"dot",                                     "Zm.9"},
    {"comma",                                   "Zm9,"},
    {"colon after the digits",                  "Zm9:"},
    {"octet before A",                          "Zm9@"},
    {"octet after Z",                           "Zm9["},
    {"octet before a",                          "Zm9`"},
    {"octet after z",                           "Zm9{"},
    {"octet 0x80",                              "Zm9\x80"},
    {"octet 0xff",                              "Zm9\xff"},
    {"letter of Latin-1",                       "\xc1m9v"},
    {"fullwidth letter",                        "\xef\xbc\xa1"},
    {"wrong character in a rest of two, first", "Zm9v!A"},
    {"wrong character in a rest of two, last",  "Zm9vA!"},
    {"wrong character in a rest of three",      "Zm9vA!A"},
    {"wrong last character in a rest of three", "Zm9vAA!"},
    {"unused bits set, two characters, lowest", "Zh"},
    {"unused bits set, two characters, all",    "Zv"},
    {"unused bits set, two, after a block",     "Zm9vZh"},
    {"unused bits set, three characters, low",  "Zm9"},
    {"unused bits set, three characters, high", "Zm-"},
};
/* clang-format on */

static void encodes_without_padding(void **state)
{
    for (size_t i = 0; i < COUNT(pairs); ++i) {
        assert_string_equal(cog_base64url_encode(*state, cog_span_of(pairs[i].plain)),
                            pairs[i].text);
    }
}

static void decodes_what_is_canonical(void **state)
{
    for (size_t i = 0; i < COUNT(pairs); ++i) {
        cog_span_t data;

        assert_result(
            pairs[i].text,
            cog_base64url_decode(*state, pairs[i].text, strlen(pairs[i].text), &data),
            COG_OK);
        assert_int_equal(data.len, strlen(pairs[i].plain));
        assert_string_equal((const char *)data.bytes, pairs[i].plain);
    }
}

static void refuses_every_other_text_and_sets_nothing(void **state)
{
    for (size_t i = 0; i < COUNT(refused); ++i) {
        cog_span_t data = {NULL, 77};

        assert_result(
            refused[i].rule,
            cog_base64url_decode(*state, refused[i].text, strlen(refused[i].text), &data),
            COG_E_BAD_BASE64);
        assert_null(data.bytes);
        assert_int_equal(data.len, 77);
    }
}

static int is_in_alphabet(int octet)
{
    return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') ||
           (octet >= '0' && octet <= '9') || octet == '-' || octet == '_';
}

/* Whole groups only, so that no unused bits interfere. */
static void knows_its_alphabet_at_each_place(void **state)
{
    for (int octet = 0; octet < 256; ++octet) {
        for (size_t place = 0; place < 8; ++place) {
            char text[] = "AAAAAAAA";
            cog_span_t data;

            text[place] = (char)octet;
            assert_int_equal(cog_base64url_decode(*state, text, 8, &data),
                             is_in_alphabet(octet) ? COG_OK : COG_E_BAD_BASE64);
        }
    }
}

static void reads_no_further_than_the_given_length(void **state)
{
    cog_span_t data;

    assert_int_equal(cog_base64url_decode(*state, "Zm9v!!!!", 4, &data), COG_OK);
    assert_string_equal((const char *)data.bytes, "foo");
    assert_int_equal(cog_base64url_decode(*state, NULL, 0, &data), COG_OK);
    assert_int_equal(data.len, 0);
}

static void refuses_a_nul_inside(void **state)
{
    cog_span_t data;

    assert_int_equal(cog_base64url_decode(*state, "Zm\0v", 4, &data), COG_E_BAD_BASE64);
    assert_int_equal(cog_base64url_decode(*state, "Zm9v\0A", 6, &data), COG_E_BAD_BASE64);
}

/* Of all texts of two or three characters, exactly one stands for each byte string. */
static void knows_one_text_for_each_byte_string(void **state)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char seen[256] = {0};
    int taken = 0;

    for (int i = 0; i < 64 * 64; ++i) {
        const char text[] = {alphabet[i / 64], alphabet[i % 64], '\0'};
        cog_span_t data;

        if (cog_base64url_decode(*state, text, 2, &data) == COG_OK) {
            ++taken;
            ++seen[data.bytes[0]];
            assert_string_equal(cog_base64url_encode(*state, data), text);
        }
    }
    assert_int_equal(taken, 256);
    for (int i = 0; i < 256; ++i) {
        assert_int_equal(seen[i], 1);
    }
}

static void gives_back_bytes_of_any_length_and_agrees_with_apr(void **state)
{
    unsigned char bytes[300];
    char standard[500];
    cog_span_t data;

    for (size_t len = 0; len < sizeof(bytes); ++len) {
        const char *text;

        for (size_t i = 0; i < len; ++i) {
            bytes[i] = (unsigned char)(i * 167 + len * 31);
        }
        text = cog_base64url_encode(*state, (cog_span_t){bytes, len});
        assert_int_equal(strlen(text), (len * 4 + 2) / 3);
        apr_base64_encode_binary(standard, bytes, (int)len);
        for (size_t i = 0; text[i]; ++i) {
            char c = standard[i] == '+' ? '-' : standard[i] == '/' ? '_' : standard[i];

            assert_int_equal(text[i], c);
        }
        assert_int_equal(cog_base64url_decode(*state, text, strlen(text), &data), COG_OK);
        assert_int_equal(data.len, len);
        assert_memory_equal(data.bytes, bytes, len);
        assert_int_equal(data.bytes[len], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(encodes_without_padding),
        cmocka_unit_test_with_pool(decodes_what_is_canonical),
        cmocka_unit_test_with_pool(refuses_every_other_text_and_sets_nothing),
        cmocka_unit_test_with_pool(reads_no_further_than_the_given_length),
        cmocka_unit_test_with_pool(refuses_a_nul_inside),
        cmocka_unit_test_with_pool(knows_its_alphabet_at_each_place),
        cmocka_unit_test_with_pool(knows_one_text_for_each_byte_string),
        cmocka_unit_test_with_pool(gives_back_bytes_of_any_length_and_agrees_with_apr),
    };

    return cmocka_run_group_tests_name("base/base64", tests, NULL, NULL);
}
