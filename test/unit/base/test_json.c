#include "test/unit/unit.h"

#include <apr_strings.h>

#include "base/json.h"

#define LIMIT 1000000

static cog_err_t parse(apr_pool_t *pool, const char *text, size_t len, json_t **object)
{
    return cog_json_parse(pool, (cog_span_t){(const unsigned char *)text, len}, LIMIT,
                          object);
}

#define CASE(rule, text, result)                                                         \
    {                                                                                    \
        rule, text, sizeof(text) - 1, result                                             \
    }

/* clang-format off */
static const struct {
    const char *rule;
    const char *text;
    size_t len;
    cog_err_t result;
} cases[] = {
    CASE("object",                          "{\"a\":1}", COG_OK),
    CASE("empty object",                    "{}", COG_OK),
    CASE("white space around",              " \t\r\n{ } \n", COG_OK),
    CASE("escaped slash, as Cognito does",  "{\"a\":\"https:\\/\\/b\"}", COG_OK),
    CASE("UTF-8",                           "{\"\xc3\xa9\":\"\xf0\x9f\x98\x80\"}", COG_OK),
    CASE("pair of surrogates, escaped",     "{\"a\":\"\\ud83d\\ude00\"}", COG_OK),
    CASE("null, true, false, real",         "{\"a\":[null,true,false,1.5e3]}", COG_OK),
    CASE("one name at two levels",          "{\"a\":{\"a\":1}}", COG_OK),
    CASE("names that differ in case",       "{\"a\":1,\"A\":2}", COG_OK),
    CASE("nothing",                         "", COG_E_BAD_JSON),
    CASE("white space",                     "  ", COG_E_BAD_JSON),
    CASE("array",                           "[]", COG_E_BAD_JSON),
    CASE("array of an object",              "[{}]", COG_E_BAD_JSON),
    CASE("string",                          "\"a\"", COG_E_BAD_JSON),
    CASE("number",                          "1", COG_E_BAD_JSON),
    CASE("null",                            "null", COG_E_BAD_JSON),
    CASE("broken off",                      "{\"a\":1", COG_E_BAD_JSON),
    CASE("broken off in a string",          "{\"a\":\"b", COG_E_BAD_JSON),
    CASE("broken off in an escape",         "{\"a\":\"b\\", COG_E_BAD_JSON),
    CASE("trailing comma",                  "{\"a\":1,}", COG_E_BAD_JSON),
    CASE("trailing object",                 "{}{}", COG_E_BAD_JSON),
    CASE("trailing bracket",                "{}]", COG_E_BAD_JSON),
    CASE("trailing word",                   "{} x", COG_E_BAD_JSON),
    CASE("trailing NUL",                    "{}\0", COG_E_BAD_JSON),
    CASE("NUL before",                      "\0{}", COG_E_BAD_JSON),
    CASE("comment",                         "{/**/}", COG_E_BAD_JSON),
    CASE("single quotes",                   "{'a':1}", COG_E_BAD_JSON),
    CASE("name without quotes",             "{a:1}", COG_E_BAD_JSON),
    CASE("name that is a number",           "{1:1}", COG_E_BAD_JSON),
    CASE("same name twice",                 "{\"a\":1,\"a\":1}", COG_E_BAD_JSON),
    CASE("same name twice, once escaped",   "{\"a\":1,\"\\u0061\":2}", COG_E_BAD_JSON),
    CASE("same name twice, deeper",         "{\"b\":[{\"a\":1,\"a\":2}]}", COG_E_BAD_JSON),
    CASE("same empty name twice",           "{\"\":1,\"\":2}", COG_E_BAD_JSON),
    CASE("NUL in a string, escaped",        "{\"a\":\"b\\u0000c\"}", COG_E_BAD_JSON),
    CASE("NUL in a name, escaped",          "{\"a\\u0000\":1}", COG_E_BAD_JSON),
    CASE("NUL in a string, raw",            "{\"a\":\"b\0c\"}", COG_E_BAD_JSON),
    CASE("line feed in a string, raw",      "{\"a\":\"b\nc\"}", COG_E_BAD_JSON),
    CASE("unknown escape",                  "{\"a\":\"\\x41\"}", COG_E_BAD_JSON),
    CASE("broken escape",                   "{\"a\":\"\\u12g4\"}", COG_E_BAD_JSON),
    CASE("half a pair of surrogates, high", "{\"a\":\"\\ud83d\"}", COG_E_BAD_JSON),
    CASE("half a pair of surrogates, low",  "{\"a\":\"\\ude00\"}", COG_E_BAD_JSON),
    CASE("pay-surrogate, raw",              "{\"a\":\"\xed\xa0\x80\"}", COG_E_BAD_JSON),
    CASE("pay-overlong, two octets",        "{\"a\":\"\xc0\xaf\"}", COG_E_BAD_JSON),
    CASE("pay-overlong, three octets",      "{\"a\":\"\xe0\x80\xaf\"}", COG_E_BAD_JSON),
    CASE("pay-overlong, NUL",               "{\"a\":\"\xc0\x80\"}", COG_E_BAD_JSON),
    CASE("above U+10FFFF",                  "{\"a\":\"\xf4\x90\x80\x80\"}", COG_E_BAD_JSON),
    CASE("Latin-1",                         "{\"a\":\"\xe9\"}", COG_E_BAD_JSON),
    CASE("character broken off",            "{\"a\":\"\xc3\"}", COG_E_BAD_JSON),
    CASE("byte order mark",                 "\xef\xbb\xbf{}", COG_E_BAD_JSON),
    CASE("pay-utf16, little endian",        "{\0}\0", COG_E_BAD_JSON),
    CASE("pay-utf16, with a mark",          "\xff\xfe{\0}\0", COG_E_BAD_JSON),
    CASE("leading zero",                    "{\"a\":01}", COG_E_BAD_JSON),
    CASE("plus sign",                       "{\"a\":+1}", COG_E_BAD_JSON),
    CASE("hexadecimal",                     "{\"a\":0x1}", COG_E_BAD_JSON),
    CASE("not a number",                    "{\"a\":NaN}", COG_E_BAD_JSON),
    CASE("infinity",                        "{\"a\":Infinity}", COG_E_BAD_JSON),
    CASE("integer beyond 64 bits",          "{\"a\":9223372036854775808}", COG_E_BAD_JSON),
    CASE("real beyond a double",            "{\"a\":1e999}", COG_E_BAD_JSON),
};
/* clang-format on */

static void takes_strict_objects_only(void **state)
{
    for (size_t i = 0; i < COUNT(cases); ++i) {
        json_t *object = NULL;

        assert_result(cases[i].rule, parse(*state, cases[i].text, cases[i].len, &object),
                      cases[i].result);
        assert_int_equal(object != NULL, cases[i].result == COG_OK);
    }
}

static void refuses_to_read_from_nowhere(void **state)
{
    json_t *object;

    assert_int_equal(cog_json_parse(*state, (cog_span_t){NULL, 0}, LIMIT, &object),
                     COG_E_BAD_JSON);
}

/* {"a":[[[...]]]} with `levels` levels in all. */
static const char *nested(apr_pool_t *pool, size_t levels, char open, char close)
{
    char *text = apr_palloc(pool, 6 * levels + 32);
    char *out = apr_cpystrn(text, "{\"a\":", 6);

    for (size_t i = 1; i < levels; ++i) {
        *out++ = open;
        if (open == '{' && i + 1 < levels) {
            out = apr_cpystrn(out, "\"\":", 4);
        }
    }
    if (levels == 1) {
        *out++ = '1';
    }
    for (size_t i = 1; i < levels; ++i) {
        *out++ = close;
    }
    *out++ = '}';
    *out = '\0';
    return text;
}

static void goes_32_levels_deep_and_no_further(void **state)
{
    static const char *const brackets[] = {"[]", "{}"};

    for (size_t i = 0; i < COUNT(brackets); ++i) {
        char open = brackets[i][0];
        char close = brackets[i][1];
        json_t *object;
        const char *text;

        text = nested(*state, 31, open, close);
        assert_int_equal(parse(*state, text, strlen(text), &object), COG_OK);
        text = nested(*state, 32, open, close);
        assert_int_equal(parse(*state, text, strlen(text), &object), COG_OK);
        text = nested(*state, 33, open, close);
        assert_int_equal(parse(*state, text, strlen(text), &object), COG_E_BAD_JSON);
        text = nested(*state, 100000, open, close);
        assert_int_equal(parse(*state, text, strlen(text), &object), COG_E_BAD_JSON);
    }
}

static void counts_no_brackets_in_strings(void **state)
{
    static const char text[] =
        "{\"a\":\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{[[[[[[[[[\",\"\\\"[[[[[[[[[["
        "[["
        "[[[[[[[[[[[[[[[[[[[[[[[[[[\\\\\":1,\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\":2}";
    json_t *object;

    assert_int_equal(parse(*state, text, sizeof(text) - 1, &object), COG_OK);
}

static void finds_deep_nesting_behind_strings_with_escapes(void **state)
{
    const char *deep = nested(*state, 40, '[', ']');
    const char *text = apr_pstrcat(*state, "{\"\\\\\":\"\\\"\",\"x\":", deep, "}", NULL);
    json_t *object;

    assert_int_equal(parse(*state, text, strlen(text), &object), COG_E_BAD_JSON);
}

static void takes_at_most_the_given_number_of_bytes(void **state)
{
    json_t *object;
    cog_span_t text = cog_span_of("{\"a\":\"bc\"}");

    assert_int_equal(cog_json_parse(*state, text, 11, &object), COG_OK);
    assert_int_equal(cog_json_parse(*state, text, 10, &object), COG_OK);
    assert_int_equal(cog_json_parse(*state, text, 9, &object), COG_E_TOO_LARGE);
}

static void stands_twenty_thousand_members(void **state)
{
    char *text = apr_palloc(*state, 20000 * 20 + 10);
    char *out = text;
    json_t *object;

    *out++ = '{';
    for (int i = 0; i < 20000; ++i) {
        out += apr_snprintf(out, 20, "%s\"m%d\":%d", i ? "," : "", i, i);
    }
    *out++ = '}';
    assert_int_equal(parse(*state, text, (size_t)(out - text), &object), COG_OK);
    assert_int_equal(json_object_size(object), 20000);
}

static void gives_strings_that_are_not_empty(void **state)
{
    json_t *object = cog_json_own(
        *state,
        json_from_quoted("{'a':'b','e':'','n':1,'l':['a'],'o':{},'t':true,'z':null}"));

    assert_string_equal(cog_json_string(object, "a"), "b");
    assert_null(cog_json_string(object, "e"));
    assert_null(cog_json_string(object, "n"));
    assert_null(cog_json_string(object, "l"));
    assert_null(cog_json_string(object, "o"));
    assert_null(cog_json_string(object, "t"));
    assert_null(cog_json_string(object, "z"));
    assert_null(cog_json_string(object, "absent"));
    assert_null(cog_json_string(NULL, "a"));
}

/* clang-format off */
static const struct {
    const char *value;
    json_int_t number; /* -1: none */
} numbers[] = {
    {"0",                    0},
    {"1",                    1},
    {"1700000000",           1700000000},
    {"9007199254740991",     9007199254740991},
    {"9007199254740992",     9007199254740992},
    {"9007199254740993",     -1},
    {"9223372036854775807",  -1},
    {"-1",                   -1},
    {"-9223372036854775808", -1},
    {"1.0",                  1},
    {"1.9",                  1},
    {"1.7e9",                1700000000},
    {"9007199254740992.0",   9007199254740992},
    {"9007199254740994.0",   -1},
    {"1e300",                -1},
    {"-0.5",                 -1},
    {"0.5",                  0},
    {"'1'",                  -1},
    {"true",                 -1},
    {"null",                 -1},
    {"[1]",                  -1},
    {"{}",                   -1},
};
/* clang-format on */

static void gives_whole_numbers_in_their_range(void **state)
{
    for (size_t i = 0; i < COUNT(numbers); ++i) {
        json_t *object = cog_json_own(
            *state, json_from_quoted(apr_psprintf(*state, "{'a':%s}", numbers[i].value)));
        json_int_t number = -1;

        assert_non_null(object);
        if (cog_json_whole(object, "a", &number) != (numbers[i].number >= 0) ||
            number != numbers[i].number) {
            fail_msg("%s is read as %" JSON_INTEGER_FORMAT, numbers[i].value, number);
        }
    }
}

static void gives_no_number_where_there_is_none(void **state)
{
    json_int_t number = 5;

    assert_false(cog_json_whole(cog_json_own(*state, json_object()), "a", &number));
    assert_false(cog_json_whole(NULL, "a", &number));
    assert_int_equal(number, 5);
}

static void writes_compact_text_with_sorted_members(void **state)
{
    json_t *object = cog_json_own(*state, json_from_quoted("{'b': [1, 2], 'a': 'x/y'}"));
    json_t *text = cog_json_own(*state, json_string("a"));

    assert_string_equal(cog_json_write(*state, object), "{\"a\":\"x/y\",\"b\":[1,2]}");
    assert_string_equal(cog_json_write(*state, text), "\"a\"");
    assert_string_equal(cog_json_write(*state, NULL), "");
}

static void writes_members_in_their_order_where_it_counts(void **state)
{
    json_t *object = cog_json_own(*state, json_from_quoted("{'b': [1, 2], 'a': 'x/y'}"));

    json_object_set_new(object, "b", json_integer(3)); /* stays where it was */
    assert_string_equal(cog_json_write_in_order(*state, object),
                        "{\"b\":3,\"a\":\"x/y\"}");
}

static void makes_an_array_of_texts(void **state)
{
    apr_array_header_t *texts = apr_array_make(*state, 2, sizeof(const char *));
    const char *const none =
        cog_json_write(*state, cog_json_own(*state, cog_json_of_texts(texts)));

    assert_string_equal(none, "[]");
    APR_ARRAY_PUSH(texts, const char *) = "b";
    APR_ARRAY_PUSH(texts, const char *) = "a,\"";
    assert_string_equal(
        cog_json_write(*state, cog_json_own(*state, cog_json_of_texts(texts))),
        "[\"b\",\"a,\\\"\"]");
}

static void releases_what_a_pool_owns(void **state)
{
    apr_pool_t *pool;
    json_t *value = json_array();

    assert_null(cog_json_own(*state, NULL));
    apr_pool_create(&pool, *state);
    assert_ptr_equal(cog_json_own(pool, json_incref(value)), value);
    assert_int_equal(value->refcount, 2);
    apr_pool_destroy(pool);
    assert_int_equal(value->refcount, 1);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(takes_strict_objects_only),
        cmocka_unit_test_with_pool(refuses_to_read_from_nowhere),
        cmocka_unit_test_with_pool(goes_32_levels_deep_and_no_further),
        cmocka_unit_test_with_pool(counts_no_brackets_in_strings),
        cmocka_unit_test_with_pool(finds_deep_nesting_behind_strings_with_escapes),
        cmocka_unit_test_with_pool(takes_at_most_the_given_number_of_bytes),
        cmocka_unit_test_with_pool(stands_twenty_thousand_members),
        cmocka_unit_test_with_pool(gives_strings_that_are_not_empty),
        cmocka_unit_test_with_pool(gives_whole_numbers_in_their_range),
        cmocka_unit_test_with_pool(gives_no_number_where_there_is_none),
        cmocka_unit_test_with_pool(writes_compact_text_with_sorted_members),
        cmocka_unit_test_with_pool(writes_members_in_their_order_where_it_counts),
        cmocka_unit_test_with_pool(makes_an_array_of_texts),
        cmocka_unit_test_with_pool(releases_what_a_pool_owns),
    };

    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
