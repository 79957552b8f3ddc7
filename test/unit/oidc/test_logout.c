#include "test/unit/unit.h"

#include "oidc/logout.h"

static void speaks_as_cognito_listens(void **state)
{
    assert_string_equal(cog_logout_url(*state, "https://pool.test/logout", "app",
                                       "https://site.test/.cognito/signed-out"),
                        "https://pool.test/logout?client_id=app"
                        "&logout_uri=https%3A%2F%2Fsite.test%2F.cognito%2Fsigned-out");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(speaks_as_cognito_listens),
    };

    return cmocka_run_group_tests_name("oidc/logout", tests, NULL, NULL);
}
