#include "base/duration.h"

#include "base/number.h"

#define MAX_DIGITS 7

static const struct {
    char name;
    int64_t seconds;
} units[] = {
    {'s', 1    },
    {'m', 60   },
    {'h', 3600 },
    {'d', 86400},
};

static int64_t unit_seconds(const char *text)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); ++i) {
        if (text[0] == units[i].name && text[1] == '\0') {
            return units[i].seconds;
        }
    }
    return 0;
}

const char *cog_duration_parse(const char *text, int64_t *seconds)
{
    int64_t number;
    size_t digits = cog_number_read(text, MAX_DIGITS, &number);

    number *= unit_seconds(text + digits);
    if (number == 0) {
        return "is not a duration; write 30s, 15m, 12h or 7d";
    }
    *seconds = number;
    return NULL;
}
