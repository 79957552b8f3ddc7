#include "test/unit/unit.h"

#include "doctor/entropy.h"

static size_t bits(const char *text)
{
    return cog_entropy_bits(cog_secret_of(text));
}

static void finds_none_in_what_repeats_itself(void **state)
{
    (void)state;
    assert_int_equal(bits(NULL), 0);
    assert_int_equal(bits(""), 0);
    assert_int_equal(bits("a"), 0);
    assert_int_equal(bits("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), 0);
    assert_int_equal(bits("0123456789abcdef0123456789abcdef"), 64);
    assert_int_equal(bits("0123456789abcdef0123456789abcdef0123"), 64);
    assert_true(bits("abababababababababababababababababababab") < COG_ENTROPY_MIN_BITS);
    assert_true(bits("passwordpasswordpasswordpassword") < COG_ENTROPY_MIN_BITS);
}

static void finds_enough_in_what_is_random(void **state)
{
    (void)state;
    /* 16 random bytes in hexadecimal, 32 in base64 */
    assert_true(bits("9f86d081884c7d659a2feaa0c55ad015") >= COG_ENTROPY_MIN_BITS);
    assert_true(bits("KqJ8m1x0Zt5o2fV9cW3uR7yB6nH4sD1gLpQeTiAxMvE=") >=
                COG_ENTROPY_MIN_BITS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_none_in_what_repeats_itself),
        cmocka_unit_test(finds_enough_in_what_is_random),
    };

    return cmocka_run_group_tests_name("doctor/entropy", tests, NULL, NULL);
}
