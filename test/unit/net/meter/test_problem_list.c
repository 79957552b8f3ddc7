#include "test/unit/unit.h"

#include <apr_strings.h>

#include "net/meter/problem_list.h"

#define NOW apr_time_from_sec(1700000000)

static cog_problem_list_t *make_list(apr_pool_t *pool)
{
    cog_problem_list_t *list = apr_pcalloc(pool, sizeof(*list));

    assert_result("make", cog_problem_list_make(list), COG_OK);
    return list;
}

static cog_problem_t problem_at(int second)
{
    return (cog_problem_t){.err = COG_E_STORE,
                           .is_error = 1,
                           .site = "https://a.example",
                           .incident = "incident",
                           .remedy = "see to it",
                           .now = NOW + apr_time_from_sec(second)};
}

static void tells_the_last_one_first(void **state)
{
    cog_problem_list_t *list = make_list(*state);
    cog_problem_entry_t entries[COG_PROBLEM_COUNT];
    cog_problem_t problem = problem_at(0);

    assert_int_equal(cog_problem_list_read(list, entries), 0);
    cog_problem_list_add(list, &problem);
    problem = problem_at(1);
    problem.err = COG_E_JWKS;
    cog_problem_list_add(list, &problem);
    assert_int_equal(cog_problem_list_read(list, entries), 2);
    assert_result("first", entries[0].err, COG_E_JWKS);
    assert_result("second", entries[1].err, COG_E_STORE);
    assert_string_equal(entries[1].incident, "incident");
    assert_string_equal(entries[1].remedy, "see to it");
    assert_true(entries[1].is_error);
}

static void tells_sites_apart(void **state)
{
    static const char *const sites[] = {"https://a.example", "https://b.example", NULL};
    cog_problem_list_t *list = make_list(*state);
    cog_problem_entry_t entries[COG_PROBLEM_COUNT];

    for (size_t i = 0; i < 2 * COUNT(sites); ++i) {
        cog_problem_t problem = problem_at((int)i);

        problem.site = sites[i % COUNT(sites)];
        cog_problem_list_add(list, &problem);
    }
    assert_int_equal(cog_problem_list_read(list, entries), COUNT(sites));
    assert_string_equal(entries[0].site, "");
    assert_string_equal(entries[1].site, "https://b.example");
    assert_int_equal(entries[1].count, 2);
}

/* As of a process that died while it wrote. */
static void ends_texts_that_have_no_end(void **state)
{
    cog_problem_list_t *list = make_list(*state);
    cog_problem_entry_t entries[COG_PROBLEM_COUNT];
    cog_problem_entry_t *broken = &list->entries[3];

    broken->count = 1;
    memset(broken->incident, 'x', sizeof(broken->incident));
    memset(broken->site, 'x', sizeof(broken->site));
    memset(broken->remedy, 'x', sizeof(broken->remedy));
    assert_int_equal(cog_problem_list_read(list, entries), 1);
    assert_int_equal(strnlen(entries[0].incident, sizeof(broken->incident)),
                     sizeof(broken->incident) - 1);
    assert_int_equal(strnlen(entries[0].site, sizeof(broken->site)),
                     sizeof(broken->site) - 1);
    assert_int_equal(strnlen(entries[0].remedy, sizeof(broken->remedy)),
                     sizeof(broken->remedy) - 1);
}

static void counts_what_comes_again(void **state)
{
    cog_problem_list_t *list = make_list(*state);
    cog_problem_entry_t entries[COG_PROBLEM_COUNT];

    for (int i = 0; i < 100; ++i) {
        cog_problem_t problem = problem_at(i);

        problem.incident = i == 99 ? "the last" : "another";
        cog_problem_list_add(list, &problem);
    }
    assert_int_equal(cog_problem_list_read(list, entries), 1);
    assert_int_equal(entries[0].count, 100);
    assert_true(entries[0].first == NOW);
    assert_true(entries[0].last == NOW + apr_time_from_sec(99));
    assert_string_equal(entries[0].incident, "the last");
}

static void drops_what_is_over_for_the_longest_time(void **state)
{
    cog_problem_list_t *list = make_list(*state);
    cog_problem_entry_t entries[COG_PROBLEM_COUNT];

    for (int i = 0; i < COG_PROBLEM_COUNT + 5; ++i) {
        cog_problem_t problem = problem_at(i);

        problem.remedy = apr_psprintf(*state, "remedy %d", i);
        cog_problem_list_add(list, &problem);
    }
    assert_int_equal(cog_problem_list_read(list, entries), COG_PROBLEM_COUNT);
    assert_string_equal(entries[0].remedy, "remedy 24");
    assert_string_equal(entries[COG_PROBLEM_COUNT - 1].remedy, "remedy 5");
    assert_int_equal(entries[0].count, 1);
}

static void cuts_long_texts_and_knows_them_again(void **state)
{
    cog_problem_list_t *list = make_list(*state);
    cog_problem_entry_t entries[COG_PROBLEM_COUNT];
    char text[2000];
    cog_problem_t problem = problem_at(0);

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    problem.site = problem.remedy = problem.incident = text;
    cog_problem_list_add(list, &problem);
    cog_problem_list_add(list, &problem);
    assert_int_equal(cog_problem_list_read(list, entries), 1);
    assert_int_equal(entries[0].count, 2);
    assert_int_equal(strlen(entries[0].remedy), sizeof(entries[0].remedy) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(tells_the_last_one_first),
        cmocka_unit_test_with_pool(tells_sites_apart),
        cmocka_unit_test_with_pool(ends_texts_that_have_no_end),
        cmocka_unit_test_with_pool(counts_what_comes_again),
        cmocka_unit_test_with_pool(drops_what_is_over_for_the_longest_time),
        cmocka_unit_test_with_pool(cuts_long_texts_and_knows_them_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
