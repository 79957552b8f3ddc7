#include "test/unit/unit.h"

#include <string.h>

#include "base/duration.h"

static void reads_each_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"1s",       1           },
        {"30s",      30          },
        {"15m",      900         },
        {"12h",      43200       },
        {"7d",       604800      },
        {"007d",     604800      },
        {"9999999d", 863999913600},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        int64_t seconds = -1;

        assert_null(cog_duration_parse(cases[i].text, &seconds));
        assert_true(seconds == cases[i].seconds);
    }
}

static void refuses_everything_else(void **state)
{
    static const char *const cases[] = {
        "",
        "s",
        "30",
        "0s",
        "0d",
        "-1s",
        "+1s",
        " 1s",
        "1 s",
        "1s ",
        "1.5h",
        "1h30m",
        "42x",
        "1S",
        "1ms",
        "1w",
        "0x1s",
        "10000000s",
        "99999999999999999999s",
        "1s\n",
        "\xd9\xa1s",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        int64_t seconds = -1;
        const char *problem = cog_duration_parse(cases[i], &seconds);

        assert_non_null(problem);
        assert_non_null(strstr(problem, "write 30s, 15m, 12h or 7d"));
        assert_true(seconds == -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_unit),
        cmocka_unit_test(refuses_everything_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
