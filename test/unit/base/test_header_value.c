#include "test/unit/unit.h"

#include "base/header_value.h"

/* clang-format off */
static const struct {
    const char *rule;
    const char *value;
    const char *utf8;   /* NULL: it cannot be carried */
    const char *latin1;
    const char *base64;
    const char *percent;
} cases[] = {
    {"nothing",             "",              "",              "",          "",             ""},
    {"ASCII",               "alice@a.test",  "alice@a.test",  "alice@a.test",
                            "YWxpY2VAYS50ZXN0", "alice@a.test"},
    {"a space inside",      "Alice E",       "Alice E",       "Alice E",   "QWxpY2UgRQ==", "Alice%20E"},
    {"quotes, commas",      "\"a\", b;c",    "\"a\", b;c",    "\"a\", b;c", "ImEiLCBiO2M=", "\"a\",%20b;c"},
    {"a percent sign",      "100%",          "100%",          "100%",      "MTAwJQ==",     "100%25"},
    {"an encoded word",     "=?utf-8?Q?a?=", "=?utf-8?Q?a?=", "=?utf-8?Q?a?=",
                            "PT91dGYtOD9RP2E/PQ==", "=?utf-8?Q?a?="},
    {"Latin-1",             "J\xc3\xbcrgen \xc3\xbf", "J\xc3\xbcrgen \xc3\xbf", "J\xfcrgen \xff",
                            "SsO8cmdlbiDDvw==", "J%C3%BCrgen%20%C3%BF"},
    {"the first of Latin-1", "a\xc2\xa1",    "a\xc2\xa1",     "a\xa1",     "YcKh",         "a%C2%A1"},
    {"more than Latin-1",   "\xc5\x82",      "\xc5\x82",      NULL,        "xYI=",         "%C5%82"},
    {"three octets",        "\xe6\x9d\x8e",  "\xe6\x9d\x8e",  NULL,        "5p2O",         "%E6%9D%8E"},
    {"four octets",         "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", NULL,  "8J+YgA==",     "%F0%9F%98%80"},
    {"C1 controls",         "a\xc2\x85" "b", "a\xc2\x85" "b", NULL,        "YcKFYg==",     "a%C2%85b"},
    {"no-break space in",   "a\xc2\xa0" "b", "a\xc2\xa0" "b", "a\xa0" "b", "YcKgYg==",     "a%C2%A0b"},
    {"no-break space at an end", "a\xc2\xa0", "a\xc2\xa0",    NULL,        "YcKg",         "a%C2%A0"},
    {"no-break space in front", "\xc2\xa0" "a", "\xc2\xa0" "a", NULL,      "wqBh",         "%C2%A0a"},
    {"a space in front",    " alice",        NULL,            NULL,        "IGFsaWNl",     "%20alice"},
    {"a space at the end",  "alice ",        NULL,            NULL,        "YWxpY2Ug",     "alice%20"},
    {"a space alone",       " ",             NULL,            NULL,        "IA==",         "%20"},
    {"a line feed",         "a\nb",          NULL,            NULL,        "YQpi",         "a%0Ab"},
    {"a carriage return",   "a\r",           NULL,            NULL,        "YQ0=",         "a%0D"},
    {"a tab",               "a\tb",          NULL,            NULL,        "YQli",         "a%09b"},
    {"DEL",                 "a\x7f",         NULL,            NULL,        "YX8=",         "a%7F"},
    {"broken UTF-8",        "a\xc3",         "a\xc3",         NULL,        "YcM=",         "a%C3"},
    {"broken UTF-8 inside", "\xc3(",         "\xc3(",         NULL,        "wyg=",         "%C3("},
    {"too long UTF-8",      "\xc1\xbf",      "\xc1\xbf",      NULL,        "wb8=",         "%C1%BF"},
};
/* clang-format on */

static void check(const char *rule, const char *found, const char *expected)
{
    if (!found != !expected || (found && strcmp(found, expected) != 0)) {
        fail_msg("rule \"%s\" is broken: %s", rule, found ? found : "(null)");
    }
}

static void carries_values_or_none(void **state)
{
    for (size_t i = 0; i < COUNT(cases); ++i) {
        const char *value = cases[i].value;

        check(cases[i].rule,
              cog_header_value(*state, COG_HEADER_UTF8, COG_CLAIM_TEXT, value),
              cases[i].utf8);
        check(cases[i].rule,
              cog_header_value(*state, COG_HEADER_LATIN1, COG_CLAIM_TEXT, value),
              cases[i].latin1);
        check(cases[i].rule,
              cog_header_value(*state, COG_HEADER_BASE64, COG_CLAIM_TEXT, value),
              cases[i].base64);
        check(cases[i].rule,
              cog_header_value(*state, COG_HEADER_PERCENT, COG_CLAIM_OTHER, value),
              cases[i].percent);
    }
}

static void encodes_an_element_of_a_list_once(void **state)
{
    assert_string_equal(cog_header_value(*state, COG_HEADER_PERCENT, COG_CLAIM_LIST,
                                         "a%2Cadmins,\xc3\xa4 b,c%25"),
                        "a%2Cadmins,%C3%A4%20b,c%25");
}

static void copies_nothing_that_may_stay(void **state)
{
    const char *value = "J\xc3\xbcrgen";

    assert_ptr_equal(cog_header_value(*state, COG_HEADER_UTF8, COG_CLAIM_TEXT, value),
                     value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(carries_values_or_none),
        cmocka_unit_test_with_pool(encodes_an_element_of_a_list_once),
        cmocka_unit_test_with_pool(copies_nothing_that_may_stay),
    };

    return cmocka_run_group_tests_name("base/header_value", tests, NULL, NULL);
}
