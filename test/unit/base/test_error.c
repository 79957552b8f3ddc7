#include "test/unit/unit.h"

static void every_error_has_its_own_name(void **state)
{
    (void)state;
    assert_string_equal(cog_err_name(COG_OK), "ok");
    assert_string_equal(cog_err_name(COG_E_TOKEN_EXPIRED), "token_expired");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_its_own_name),
    };

    return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
