#include "test/unit/unit.h"

#include "base/header_name.h"

static const char *const patterns[] = {"x_cognito", "x_cognito_*", "x_amzn_oidc_*",
                                       "remote_user", NULL};

static int is_any(const char *name)
{
    return cog_header_name_is_any(name, strlen(name), patterns);
}

static void folds_a_name_to_a_pattern(void **state)
{
    const char *const own[] = {cog_header_name_fold(*state, "X-Identity.Token_2"), NULL};

    assert_string_equal(*own, "x_identity_token_2");
    assert_true(cog_header_name_is_any("x_IDENTITY-token.2", 18, own));
    assert_false(cog_header_name_is_any("x_IDENTITY-token.2x", 19, own));
}

static void knows_by_its_initial_what_can_be_no_pattern(void **state)
{
    const char *initials = cog_header_name_initials(*state, patterns);
    static const char *const none[] = {NULL};

    assert_string_equal(initials, "xr");
    assert_true(cog_header_name_may_be("X-Requested-With", initials));
    assert_true(cog_header_name_may_be("remote.user", initials));
    assert_false(cog_header_name_may_be("Cookie", initials));
    assert_false(cog_header_name_may_be("", initials));
    assert_false(cog_header_name_may_be("x", cog_header_name_initials(*state, none)));
}

static void folds_case_and_punctuation_before_it_compares(void **state)
{
    static const char *const names[] = {"X-Cognito-Sub",
                                        "x-cognito-sub",
                                        "X-COGNITO-SUB",
                                        "X_Cognito_Sub",
                                        "X-Cognito_Sub",
                                        "X_Cognito-Sub",
                                        "X.Cognito.Sub",
                                        "X-Cognito-Sub!",
                                        "X!Cognito#Sub",
                                        "X*Cognito*Sub",
                                        "X'Cognito`Sub",
                                        "X|Cognito~Sub",
                                        "X-Cognito",
                                        "X-Cognito-",
                                        "X_Cognito",
                                        "x.cognito",
                                        "X-Cognito-New",
                                        "X-Amzn-Oidc-Data",
                                        "Remote-User",
                                        "REMOTE_USER",
                                        ("X\xfc"
                                         "Cognito\xfcSub")};

    (void)state;
    for (size_t i = 0; i < COUNT(names); ++i) {
        if (!is_any(names[i])) {
            fail_msg("%s passes", names[i]);
        }
    }
}

static void lets_other_names_pass(void **state)
{
    static const char *const names[] = {"",
                                        "X",
                                        "X-",
                                        "X-Cognit",
                                        "X-Cognitos",
                                        "XCognito-Sub",
                                        "X--Cognito-Sub",
                                        "Cognito-Sub",
                                        "X-Amzn-Oidc",
                                        "X-Amzn-Trace-Id",
                                        "Remote-Users",
                                        "Remote",
                                        "HTTP-X-Cognito-Sub",
                                        "Connection",
                                        "X-C\xf6gnito-Sub",
                                        "X-\xd0\xa1ognito"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); ++i) {
        if (is_any(names[i])) {
            fail_msg("%s is taken for one of ours", names[i]);
        }
    }
}

static void looks_at_no_more_than_the_given_length(void **state)
{
    (void)state;
    assert_true(cog_header_name_is_any("Remote-UserX", 11, patterns));
    assert_false(cog_header_name_is_any("X-Cognito-Sub", 8, patterns));
    assert_true(cog_header_name_is_any("X-Cognito-Sub", 9, patterns));
}

static void takes_names_out_of_a_list(void **state)
{
    /* clang-format off */
    static const struct {
        const char *list;
        const char *kept;
    } rules[] = {
        {"close, X-Cognito-Sub",                   "close"},
        {"X-Cognito-Sub, close",                   "close"},
        {"keep-alive,x_cognito_sub,Upgrade",       "keep-alive, Upgrade"},
        {"X-Cognito-Sub",                          NULL},
        {"X-Cognito-Sub,,REMOTE-USER , ",          NULL},
        {" \tclose\t , X-Cognito-A\t,X-Cognito-B", "close"},
        {"X-Cognito-Sub;q=1, a",                   "a"},
        {",,X-Cognito,, TE ,foo bar",              "TE, foo bar"},
        {"a,X-Cognito-Sub,b",                      "a, b"},
    };
    /* clang-format on */

    for (size_t i = 0; i < COUNT(rules); ++i) {
        const char *kept = cog_header_names_without(*state, rules[i].list, patterns);

        if (rules[i].kept) {
            assert_non_null(kept);
            assert_string_equal(kept, rules[i].kept);
        }
        else {
            assert_null(kept);
        }
    }
}

static void makes_room_for_a_list_without_any_space(void **state)
{
    assert_string_equal(cog_header_names_without(*state, "a,b,c,d,e,x_cognito", patterns),
                        "a, b, c, d, e");
}

static void leaves_a_list_without_such_names_as_it_is(void **state)
{
    static const char *const lists[] = {"", "close", " keep-alive ,, Upgrade", ",",
                                        "X-Cognit, Cognito-Sub"};

    for (size_t i = 0; i < COUNT(lists); ++i) {
        assert_ptr_equal(cog_header_names_without(*state, lists[i], patterns), lists[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(knows_by_its_initial_what_can_be_no_pattern),
        cmocka_unit_test_with_pool(folds_a_name_to_a_pattern),
        cmocka_unit_test(folds_case_and_punctuation_before_it_compares),
        cmocka_unit_test(lets_other_names_pass),
        cmocka_unit_test(looks_at_no_more_than_the_given_length),
        cmocka_unit_test_with_pool(takes_names_out_of_a_list),
        cmocka_unit_test_with_pool(makes_room_for_a_list_without_any_space),
        cmocka_unit_test_with_pool(leaves_a_list_without_such_names_as_it_is),
    };

    return cmocka_run_group_tests_name("base/header_name", tests, NULL, NULL);
}
