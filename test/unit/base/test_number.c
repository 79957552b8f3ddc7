#include "test/unit/unit.h"

#include "base/number.h"

static void reads_the_digits_in_front(void **state)
{
    static const struct {
        const char *text;
        size_t limit;
        size_t digits;
        int64_t number;
    } cases[] = {
        {"0",                   1,  1,  0                 },
        {"7",                   1,  1,  7                 },
        {"007",                 3,  3,  7                 },
        {"65535/",              5,  5,  65535             },
        {"12s",                 18, 2,  12                },
        {"1 2",                 18, 1,  1                 },
        {"1.5",                 18, 1,  1                 },
        {"0x10",                18, 1,  0                 },
        {"1\xd9\xa1",           18, 1,  1                 },
        {"999999999999999999",  18, 18, 999999999999999999},
 /* none */
        {"",                    18, 0,  0                 },
        {"s",                   18, 0,  0                 },
        {" 1",                  18, 0,  0                 },
        {"-1",                  18, 0,  0                 },
        {"+1",                  18, 0,  0                 },
        {"\xd9\xa1",            18, 0,  0                 },
 /* one too many */
        {"10",                  1,  0,  0                 },
        {"0007",                3,  0,  0                 },
        {"9999999999999999999", 18, 0,  0                 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        int64_t number = -1;

        assert_int_equal(cog_number_read(cases[i].text, cases[i].limit, &number),
                         cases[i].digits);
        assert_true(number == cases[i].number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_digits_in_front),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
