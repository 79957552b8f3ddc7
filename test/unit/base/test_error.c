#include "test/unit/unit.h"

static const struct {
    cog_err_t code;
    const char *name;
} errors[] = {
#define CODE_AND_NAME(code, name, text) {code, name},
    COG_ERRORS(CODE_AND_NAME)
#undef CODE_AND_NAME
};

static void every_error_has_its_own_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(errors); ++i) {
        assert_string_equal(cog_err_name(errors[i].code), errors[i].name);
        for (size_t j = 0; j < i; ++j) {
            assert_string_not_equal(errors[i].name, errors[j].name);
        }
    }
}

static void every_error_has_a_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(errors); ++i) {
        assert_true(strlen(cog_err_text(errors[i].code)) > 3);
    }
}

static void success_is_zero(void **state)
{
    (void)state;
    assert_int_equal(COG_OK, 0);
}

static void a_code_from_nowhere_is_named_too(void **state)
{
    (void)state;
    assert_string_equal(cog_err_name((cog_err_t)-1), "unknown");
    assert_string_equal(cog_err_text((cog_err_t)-1), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_its_own_name),
        cmocka_unit_test(every_error_has_a_text),
        cmocka_unit_test(success_is_zero),
        cmocka_unit_test(a_code_from_nowhere_is_named_too),
    };

    return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
