#include "test/unit/unit.h"

#include "doctor/remedy.h"

static apr_array_header_t *two(apr_pool_t *pool, const char *first, const char *second)
{
    apr_array_header_t *texts = apr_array_make(pool, 2, sizeof(const char *));

    APR_ARRAY_PUSH(texts, const char *) = first;
    APR_ARRAY_PUSH(texts, const char *) = second;
    return texts;
}

static void replaces_words(void **state)
{
    apr_table_t *words = apr_table_make(*state, 2);

    apr_table_set(words, "pool", "eu-west-1_A");
    apr_table_set(words, "x", "{pool}");
    assert_null(cog_remedy_fill(*state, NULL, words));
    assert_string_equal(cog_remedy_fill(*state, "", words), "");
    assert_string_equal(cog_remedy_fill(*state, "aws {pool}{pool} --x", words),
                        "aws eu-west-1_Aeu-west-1_A --x");
    assert_string_equal(cog_remedy_fill(*state, "a {region} b", words), "a <region> b");
    /* what stands in a value is no word */
    assert_string_equal(cog_remedy_fill(*state, "{x}", words), "{pool}");
    /* braces of others stay */
    assert_string_equal(cog_remedy_fill(*state, "\"m\" { value = {pool} } {", words),
                        "\"m\" { value = eu-west-1_A } {");
}

static void quotes_for_a_shell(void **state)
{
    assert_string_equal(cog_remedy_words(*state, two(*state, "https://a.test/b", "a b")),
                        "https://a.test/b 'a b'");
    assert_string_equal(cog_remedy_words(*state, two(*state, "it's", "$(id)")),
                        "'it'\\''s' '$(id)'");
    assert_string_equal(cog_remedy_words(*state, two(*state, "", "x")), "'' x");
}

static void makes_lists(void **state)
{
    assert_string_equal(cog_remedy_list(*state, two(*state, "a", "b")), "[\"a\", \"b\"]");
    assert_string_equal(
        cog_remedy_list(*state, apr_array_make(*state, 1, sizeof(const char *))), "[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(replaces_words),
        cmocka_unit_test_with_pool(quotes_for_a_shell),
        cmocka_unit_test_with_pool(makes_lists),
    };

    return cmocka_run_group_tests_name("doctor/remedy", tests, NULL, NULL);
}
