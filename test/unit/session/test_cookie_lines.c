#include "session/cookie_lines.h"

#include <apr_strings.h>

#include "test/unit/unit.h"

/* "s" begins the names of ours. */
static const struct {
    const char *rule;
    const char *header;
    const char *own; /* name=value, with `|` between them; NULL: none */
    const char *kept;
    int has_doubtful;
} rules[] = {
    {"none of ours",             "a=1; b=2",             NULL,        "a=1; b=2",      0},
    {"a comma that is theirs",   "a=1, 2; b=x,y",        NULL,        "a=1, 2; b=x,y", 0},
    {"one line",                 "s=1; a=1; s_b=2",      "s=1|s_b=2", "a=1",           0},
    {"nothing else",             "s=1",                  "s=1",       NULL,            0},
    {"a line behind ours",       "s=1, a=1",             "s=1",       "a=1",           0},
    {"two lines of ours",        "s=1, s_b=2, a=1",      "s=1|s_b=2", "a=1",           0},
    {"ours last on its line",    "a=1; s=1, b=2, c",     "s=1",       "a=1; b=2, c",   0},
    {"behind white space",       "a=1; \ts=1, b=2",      "s=1",       "a=1; b=2",      0},
 /* S14: a neighbour may set the value of `a` */
    {"in a value",               "a=x, s=1",             NULL,        "a=x",           1},
    {"in an empty value",        "a=, s=1",              NULL,        "a=",            1},
    {"in one without a name",    "=x, s=1",              NULL,        "=x",            1},
    {"in one without an equals", "a, s=1",               NULL,        "a",             1},
    {"without a space",          "a=x,s=1",              NULL,        "a=x",           1},
    {"with more of them",        "a=x, \t s=1",          NULL,        "a=x",           1},
    {"two in a value",           "a=x, s=1, s_b=2",      NULL,        "a=x",           1},
    {"in the middle of a value", "a=x, s=1, y",          NULL,        "a=x; y",        1},
    {"in a value behind ours",   "s=1; a=x, s=2",        "s=1",       "a=x",           1},
    {"in a value before ours",   "a=x, s=2; s=1",        "s=1",       "a=x",           1},
    {"in a line behind ours",    "s=1, a=x, s=2; s_b=3", "s=1|s_b=3", "a=x",           1},
    {"after a legacy version",   "$Version=1, s=1",      NULL,        "$Version=1",    1},
    {"no name at all",           "a=x, s",               NULL,        "a=x",           1},
    {"a word of a value",        "a=x s=1",              NULL,        "a=x s=1",       0},
};

static const char *list(apr_pool_t *pool, const apr_array_header_t *own)
{
    const char *text = NULL;

    for (int i = 0; own && i < own->nelts; ++i) {
        const cog_cookie_t *one = &APR_ARRAY_IDX(own, i, cog_cookie_t);

        text = apr_psprintf(pool, "%s%s%.*s=%.*s", text ? text : "", text ? "|" : "",
                            (int)one->name.len, one->name.bytes, (int)one->value.len,
                            one->value.bytes);
    }
    return text;
}

static int is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void believes_no_cookie_in_the_value_of_another(void **state)
{
    for (size_t i = 0; i < COUNT(rules); ++i) {
        cog_cookie_lines_t lines;

        cog_cookie_lines_read(*state, rules[i].header, "s", &lines);
        if (!is_same(list(*state, lines.own), rules[i].own) ||
            !is_same(lines.kept, rules[i].kept) ||
            lines.has_doubtful != rules[i].has_doubtful) {
            fail_msg("rule \"%s\" is broken: %s, left is %s", rules[i].rule,
                     list(*state, lines.own), lines.kept);
        }
    }
}

static void gives_the_same_header_back_when_nothing_is_ours(void **state)
{
    static const char header[] = "a=1, 2; b=2";
    cog_cookie_lines_t lines;

    cog_cookie_lines_read(*state, header, "s", &lines);
    assert_ptr_equal(lines.kept, header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(believes_no_cookie_in_the_value_of_another),
        cmocka_unit_test_with_pool(gives_the_same_header_back_when_nothing_is_ours),
    };

    return cmocka_run_group_tests_name("session/cookie_lines", tests, NULL, NULL);
}
