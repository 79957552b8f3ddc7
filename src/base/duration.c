#include "base/duration.h"

#include <string.h>

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
    size_t digits = strspn(text, "0123456789");
    int64_t number = 0;

    for (size_t i = 0; i < digits && i < MAX_DIGITS; ++i) {
        number = number * 10 + (text[i] - '0');
    }
    number *= unit_seconds(text + digits);
    if (digits > MAX_DIGITS || number == 0) {
        return "is not a duration; write 30s, 15m, 12h or 7d";
    }
    *seconds = number;
    return NULL;
}
