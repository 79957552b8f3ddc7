#include "test/unit/unit.h"

#include "base/text.h"

/* An array of the `count` texts. */
static apr_array_header_t *list(apr_pool_t *pool, const char *const *texts, size_t count)
{
    apr_array_header_t *array = apr_array_make(pool, 1, sizeof(const char *));

    for (size_t i = 0; i < count; ++i) {
        APR_ARRAY_PUSH(array, const char *) = texts[i];
    }
    return array;
}

static void finds_control_characters(void **state)
{
    (void)state;
    for (int c = 1; c < 256; ++c) {
        const char text[] = {'a', (char)c, 'b', '\0'};

        assert_int_equal(cog_text_has_control(text), c < 0x20 || c == 0x7f);
    }
    assert_false(cog_text_has_control(""));
    assert_true(cog_text_has_control("a\n"));
    assert_true(cog_text_has_control("\t"));
}

static void percent_encodes_an_octet(void **state)
{
    char text[] = "------";

    (void)state;
    assert_ptr_equal(cog_text_percent(text, 0xc3), text + 3);
    assert_ptr_equal(cog_text_percent(text + 3, '\n'), text + 6);
    assert_string_equal(text, "%C3%0A");
}

static void compares_the_beginning(void **state)
{
    (void)state;
    assert_true(cog_text_begins("abc", "ab"));
    assert_true(cog_text_begins("abc", "abc"));
    assert_true(cog_text_begins("abc", ""));
    assert_true(cog_text_begins("", ""));
    assert_false(cog_text_begins("ab", "abc"));
    assert_false(cog_text_begins("", "a"));
    assert_false(cog_text_begins("Abc", "ab"));
}

/* clang-format off */
static const struct {
    const char *foreign;
    size_t limit;
    const char *text;
} shown[] = {
    {NULL,                      10, "-"},
    {"",                        10, ""},
    {"plain text, 100%s",       99, "plain text, 100%s"},
    {"a\r\n\tb",                99, "a\\r\\n\\tb"},
    {"\x1b[31mred",             99, "\\x1b[31mred"},
    {"\"quoted\" \\back",       99, "\\\"quoted\\\" \\\\back"},
    {"caf\xc3\xa9",             99, "caf\\xc3\\xa9"},
    {"\x7f\xff",                99, "\\x7f\\xff"},
    {"abcdef",                   7, "abcdef"},
    {"abcdef",                   6, "abcdef"},
    {"abcdef",                   5, "abcde"},
    {"abcdef",                   0, ""},
    {"a\x01" "b",                6, "a\\x01b"},
    {"a\x01" "b",                5, "a\\x01"},
    {"a\x01" "b",                4, "a"},
    {"a\nb",                     4, "a\\nb"},
    {"a\nb",                     3, "a\\n"},
    {"a\nb",                     2, "a"},
    {"\x01\x02\x03",             9, "\\x01\\x02"},
};
/* clang-format on */

static void makes_foreign_text_fit_for_a_log_line(void **state)
{
    for (size_t i = 0; i < COUNT(shown); ++i) {
        assert_string_equal(cog_text_for_log(*state, shown[i].foreign, shown[i].limit),
                            shown[i].text);
    }
}

static void shows_printable_octets_only(void **state)
{
    char all[256];

    for (int c = 1; c < 256; ++c) {
        all[c - 1] = (char)c;
    }
    all[255] = '\0';
    for (const char *c = cog_text_for_log(*state, all, 2000); *c; ++c) {
        assert_in_range((unsigned char)*c, 0x20, 0x7e);
    }
}

/* clang-format off */
static const struct {
    const char *texts[4];
    size_t count;
    const char *joined;
} lists[] = {
    {{"a"},                 1, "a"},
    {{"a", "b", "c"},       3, "a,b,c"},
    {{"a,b", "c"},          2, "a%2Cb,c"},
    {{"100%", "%2C"},       2, "100%25,%252C"},
    {{"a\\", "\"b\""},      2, "a\\,\"b\""},
    {{",", ",,", "%"},      3, "%2C,%2C%2C,%25"},
    {{"", "a"},             2, ",a"},
    {{"a", ""},             2, "a,"},
    {{"", ""},              2, ","},
    {{"", "", ""},          3, ",,"},
    {{" a ", "\xc3\xa9"},   2, "%20a%20,\xc3\xa9"},
    {{"  a  b  ", " "},     2, "%20 a  b %20,%20"},
    {{"a\tb\n", "\x7f"},    2, "a%09b%0A,%7F"},
    {{"\xc2\xa0" "a", "b\xe3\x80\x80"},      2, "%C2%A0a,b%E3%80%80"},
    {{"a\xe2\x80\x8a" "b", "\xef\xbb\xbf"},  2, "a%E2%80%8Ab,%EF%BB%BF"},
    {{"\xe2\x80\x8b", "\xc2\xa1"},           2, "\xe2\x80\x8b,\xc2\xa1"},
};
/* clang-format on */

static void joins_texts_so_that_they_can_be_told_apart(void **state)
{
    for (size_t i = 0; i < COUNT(lists); ++i) {
        const apr_array_header_t *texts = list(*state, lists[i].texts, lists[i].count);

        assert_string_equal(cog_text_join(*state, texts), lists[i].joined);
    }
    assert_string_equal(cog_text_join(*state, list(*state, NULL, 0)), "");
}

static void splits_what_it_has_joined(void **state)
{
    for (size_t i = 0; i < COUNT(lists); ++i) {
        const apr_array_header_t *texts = cog_text_split(*state, lists[i].joined);

        assert_int_equal(texts->nelts, lists[i].count);
        for (int k = 0; k < texts->nelts; ++k) {
            assert_string_equal(APR_ARRAY_IDX(texts, k, const char *), lists[i].texts[k]);
        }
    }
    assert_int_equal(cog_text_split(*state, "")->nelts, 0);
}

static void takes_a_lone_percent_sign_for_itself(void **state)
{
    const apr_array_header_t *texts = cog_text_split(*state, "a%,%zz,%2");

    assert_int_equal(texts->nelts, 3);
    assert_string_equal(APR_ARRAY_IDX(texts, 0, const char *), "a%");
    assert_string_equal(APR_ARRAY_IDX(texts, 1, const char *), "%zz");
    assert_string_equal(APR_ARRAY_IDX(texts, 2, const char *), "%2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_control_characters),
        cmocka_unit_test(percent_encodes_an_octet),
        cmocka_unit_test(compares_the_beginning),
        cmocka_unit_test_with_pool(makes_foreign_text_fit_for_a_log_line),
        cmocka_unit_test_with_pool(shows_printable_octets_only),
        cmocka_unit_test_with_pool(joins_texts_so_that_they_can_be_told_apart),
        cmocka_unit_test_with_pool(splits_what_it_has_joined),
        cmocka_unit_test_with_pool(takes_a_lone_percent_sign_for_itself),
    };

    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
