#include "test/unit/unit.h"

#include <apr_strings.h>

#include "base/query.h"

static cog_err_t parse(apr_pool_t *pool, const char *text)
{
    apr_array_header_t *params;

    return cog_query_parse(pool, text, &params);
}

static void reads_names_and_values_in_order(void **state)
{
    apr_array_header_t *params;

    assert_int_equal(
        cog_query_parse(*state, "code=a-b&state=x%2By+z&empty=&flag", &params), COG_OK);
    assert_int_equal(params->nelts, 4);
    assert_string_equal(APR_ARRAY_IDX(params, 0, cog_param_t).name, "code");
    assert_string_equal(APR_ARRAY_IDX(params, 0, cog_param_t).value, "a-b");
    assert_string_equal(cog_query_get(params, "state"), "x+y z");
    assert_string_equal(cog_query_get(params, "empty"), "");
    assert_string_equal(cog_query_get(params, "flag"), "");
    assert_null(cog_query_get(params, "Code"));
    assert_null(cog_query_get(params, ""));
}

/* clang-format off */
static const struct {
    const char *rule;
    const char *text;
    const char *value; /* of `a`; NULL: refused */
} rules[] = {
    {"plain",                             "a=b",               "b"},
    {"no escape at all, several",         "x=y&a=b",           "b"},
    {"encoded name",                      "%61=b",             "b"},
    {"upper and lower case digits",       "a=%2f%2F",          "//"},
    {"plus is a space",                   "a=b+c",             "b c"},
    {"encoded plus is a plus",            "a=b%2bc",           "b+c"},
    {"encoded separator",                 "a=b%26x%3Dc",       "b&x=c"},
    {"second equals sign",                "a=b=c==",           "b=c=="},
    {"decoded once only",                 "a=%2541",           "%41"},
    {"escape of a percent sign",          "a=100%25",          "100%"},
    {"UTF-8",                             "a=%C3%A9",          "\xc3\xa9"},
    {"raw octet above ASCII",             "a=\xc3\xa9",        "\xc3\xa9"},
    {"empty pieces",                      "&&a=b&&",           "b"},
    {"semicolon is no separator",         "a=b;c=d",           "b;c=d"},
    {"question mark",                     "a=b?c",             "b?c"},
    {"control character, encoded",        "a=%0d%0a",          "\r\n"},
    {"name without a value",              "a",                 ""},
    {"array-like name is another name",   "a[]=1&a=b",         "b"},
    {"case differs",                      "A=1&a=b",           "b"},
    {"name twice",                        "a=b&a=c",           NULL},
    {"name twice, same value",            "a=b&a=b",           NULL},
    {"name twice, once without a value",  "a=b&a",             NULL},
    {"name twice, once encoded",          "a=b&%61=c",         NULL},
    {"other name twice",                  "a=b&c=1&c=2",       NULL},
    {"empty name twice",                  "a=b&=1&=2",         NULL},
    {"percent sign alone",                "a=%",               NULL},
    {"percent sign and one digit",        "a=%4",              NULL},
    {"percent sign and no digit",         "a=%zz",             NULL},
    {"percent sign and a half digit",     "a=%4z",             NULL},
    {"percent sign before a separator",   "a=%4&b=1",          NULL},
    {"percent sign in a name",            "a%=b",              NULL},
    {"escape of old browsers",            "a=%u0041",          NULL},
    {"sign in an escape",                 "a=%+1",             NULL},
    {"space in an escape",                "a=% 1",             NULL},
    {"encoded NUL",                       "a=b%00c",           NULL},
    {"encoded NUL in a name",             "a%00=b",            NULL},
    {"encoded NUL elsewhere",             "a=b&c=%00",         NULL},
};
/* clang-format on */

static void follows_the_rules_of_forms(void **state)
{
    for (size_t i = 0; i < COUNT(rules); ++i) {
        apr_array_header_t *params = NULL;

        assert_result(rules[i].rule, cog_query_parse(*state, rules[i].text, &params),
                      rules[i].value ? COG_OK : COG_E_BAD_QUERY);
        if (rules[i].value) {
            assert_non_null(cog_query_get(params, "a"));
            assert_string_equal(cog_query_get(params, "a"), rules[i].value);
        }
        else {
            assert_null(params);
        }
    }
}

static void takes_no_query_for_an_empty_one(void **state)
{
    apr_array_header_t *params;

    assert_int_equal(cog_query_parse(*state, NULL, &params), COG_OK);
    assert_int_equal(params->nelts, 0);
    assert_int_equal(cog_query_parse(*state, "", &params), COG_OK);
    assert_int_equal(params->nelts, 0);
    assert_null(cog_query_get(params, "a"));
}

static const char *text_of_len(apr_pool_t *pool, size_t len)
{
    char *text = apr_palloc(pool, len + 1);

    memset(text, 'x', len);
    text[1] = '=';
    text[len] = '\0';
    return text;
}

static void takes_at_most_16_kilobytes(void **state)
{
    assert_int_equal(parse(*state, text_of_len(*state, 16383)), COG_OK);
    assert_int_equal(parse(*state, text_of_len(*state, 16384)), COG_OK);
    assert_int_equal(parse(*state, text_of_len(*state, 16385)), COG_E_TOO_LARGE);
}

static const char *count_params(apr_pool_t *pool, int count)
{
    const char *text = "p0=";

    for (int i = 1; i < count; ++i) {
        text = apr_psprintf(pool, "%s&p%d=", text, i);
    }
    return text;
}

static void takes_at_most_64_parameters(void **state)
{
    assert_int_equal(parse(*state, count_params(*state, 63)), COG_OK);
    assert_int_equal(parse(*state, count_params(*state, 64)), COG_OK);
    assert_int_equal(parse(*state, count_params(*state, 65)), COG_E_BAD_QUERY);
}

static void leaves_the_text_as_it_is(void **state)
{
    char text[] = "a=b+c&d=%41";

    assert_int_equal(parse(*state, text), COG_OK);
    assert_string_equal(text, "a=b+c&d=%41");
}

static void writes_everything_but_unreserved_characters_encoded(void **state)
{
    apr_array_header_t *params = cog_query_make(*state);

    cog_query_add(params, "a b", "AZaz09-._~");
    cog_query_add(params, "left_out", NULL);
    cog_query_add(params, "c", " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}\x7f\r\n\t");
    cog_query_add(params, "d", "\xc3\xa9");
    cog_query_add(params, "e", "");
    assert_string_equal(
        cog_query_write(*state, params),
        "a%20b=AZaz09-._~&c=%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F"
        "%40%5B%5C%5D%5E%60%7B%7C%7D%7F%0D%0A%09&d=%C3%A9&e=");
}

static void reads_what_it_writes(void **state)
{
    apr_array_header_t *params = cog_query_make(*state);
    apr_array_header_t *read;
    char all[256];

    for (int c = 1; c < 256; ++c) {
        all[c - 1] = (char)c;
    }
    all[255] = '\0';
    cog_query_add(params, "all", all);
    cog_query_add(params, all, "name");
    assert_int_equal(cog_query_parse(*state, cog_query_write(*state, params), &read),
                     COG_OK);
    assert_int_equal(read->nelts, 2);
    assert_string_equal(cog_query_get(read, "all"), all);
    assert_string_equal(cog_query_get(read, all), "name");
}

static void appends_with_the_separator_that_is_needed(void **state)
{
    apr_array_header_t *params = cog_query_make(*state);

    assert_string_equal(cog_query_append(*state, "https://a/b", params), "https://a/b");
    cog_query_add(params, "c", "d e");
    assert_string_equal(cog_query_append(*state, "https://a/b", params),
                        "https://a/b?c=d%20e");
    assert_string_equal(cog_query_append(*state, "https://a/b?x=y", params),
                        "https://a/b?x=y&c=d%20e");
}

static void grows_past_its_first_room(void **state)
{
    apr_array_header_t *params = cog_query_make(*state);

    for (int i = 0; i < 100; ++i) {
        cog_query_add(params, apr_psprintf(*state, "n%d", i), "v");
    }
    assert_int_equal(params->nelts, 100);
    assert_string_equal(cog_query_get(params, "n99"), "v");
}

/* Checkboxes and lists of a page share a name. */
static void reads_forms_with_a_name_several_times(void **state)
{
    apr_array_header_t *fields;

    assert_int_equal(cog_form_parse(*state, "tag=b&tag=a+c&&x&tag=%0D%0A", &fields),
                     COG_OK);
    assert_int_equal(fields->nelts, 4);
    assert_string_equal(APR_ARRAY_IDX(fields, 0, cog_param_t).value, "b");
    assert_string_equal(APR_ARRAY_IDX(fields, 1, cog_param_t).value, "a c");
    assert_string_equal(APR_ARRAY_IDX(fields, 2, cog_param_t).name, "x");
    assert_string_equal(APR_ARRAY_IDX(fields, 3, cog_param_t).value, "\r\n");
    assert_int_equal(cog_form_parse(*state, "", &fields), COG_OK);
    assert_int_equal(fields->nelts, 0);
    assert_int_equal(cog_form_parse(*state, "a=%0", &fields), COG_E_BAD_QUERY);
    assert_int_equal(cog_form_parse(*state, "a=%00", &fields), COG_E_BAD_QUERY);
}

static void reads_a_thousand_fields_and_no_more(void **state)
{
    char *text = apr_palloc(*state, 4 * 1001 + 1);
    apr_array_header_t *fields;

    for (int i = 0; i < 1001; ++i) {
        memcpy(text + 4 * i, "a=b&", 5);
    }
    assert_int_equal(cog_form_parse(*state, text, &fields), COG_E_BAD_QUERY);
    text[4 * 1000] = '\0';
    assert_int_equal(cog_form_parse(*state, text, &fields), COG_OK);
    assert_int_equal(fields->nelts, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(reads_names_and_values_in_order),
        cmocka_unit_test_with_pool(follows_the_rules_of_forms),
        cmocka_unit_test_with_pool(takes_no_query_for_an_empty_one),
        cmocka_unit_test_with_pool(takes_at_most_16_kilobytes),
        cmocka_unit_test_with_pool(takes_at_most_64_parameters),
        cmocka_unit_test_with_pool(leaves_the_text_as_it_is),
        cmocka_unit_test_with_pool(writes_everything_but_unreserved_characters_encoded),
        cmocka_unit_test_with_pool(reads_what_it_writes),
        cmocka_unit_test_with_pool(appends_with_the_separator_that_is_needed),
        cmocka_unit_test_with_pool(grows_past_its_first_room),
        cmocka_unit_test_with_pool(reads_forms_with_a_name_several_times),
        cmocka_unit_test_with_pool(reads_a_thousand_fields_and_no_more),
    };

    return cmocka_run_group_tests_name("base/query", tests, NULL, NULL);
}
