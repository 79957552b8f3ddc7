/* The table of failures has a row for every error, and says something useful in each. */
#include "test/unit/unit.h"

#include "base/language.h"
#include "flow/failure.h"

static const cog_err_t all[] = {
#define CODE(code, name, text) code,
    COG_ERRORS(CODE)
#undef CODE
};

static void has_a_row_for_every_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all); ++i) {
        const cog_failure_t *failure = cog_failure_of(all[i]);

        assert_result(cog_err_name(all[i]), failure->err, all[i]);
        assert_true(strlen(failure->title) > 0 && strlen(failure->cause) > 0);
        assert_true(failure->status == 200 ? all[i] == COG_OK : failure->status >= 400);
    }
}

static void names_a_remedy_where_an_admin_must_act(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all); ++i) {
        const cog_failure_t *failure = cog_failure_of(all[i]);

        if (failure->level == COG_LOG_ERROR && !failure->remedy) {
            fail_msg("%s has no remedy", cog_err_name(all[i]));
        }
    }
}

static void says_it_in_other_languages_too(void **state)
{
    const cog_language_t *german = cog_language_choose("de");

    (void)state;
    for (size_t i = 0; i < COUNT(all); ++i) {
        const cog_failure_t *failure = cog_failure_of(all[i]);
        const char *const texts[] = {failure->title, failure->cause, failure->action};

        for (size_t j = 0; all[i] != COG_OK && j < COUNT(texts); ++j) {
            if (texts[j] && cog_language_say(german, texts[j]) == texts[j]) {
                fail_msg("%s: mark with COG_SAY: %s", cog_err_name(all[i]), texts[j]);
            }
        }
    }
}

static void takes_an_unknown_error_for_an_internal_one(void **state)
{
    (void)state;
    assert_int_equal(cog_failure_of((cog_err_t)9999)->err, COG_E_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_a_row_for_every_error),
        cmocka_unit_test(names_a_remedy_where_an_admin_must_act),
        cmocka_unit_test(says_it_in_other_languages_too),
        cmocka_unit_test(takes_an_unknown_error_for_an_internal_one),
    };

    return cmocka_run_group_tests_name("flow/failure", tests, NULL, NULL);
}
