#include "base/number.h"

#include <string.h>

size_t cog_number_read(const char *text, size_t limit, int64_t *number)
{
    size_t digits = strspn(text, "0123456789");

    *number = 0;
    if (digits > limit) {
        return 0;
    }
    for (size_t i = 0; i < digits; ++i) {
        *number = *number * 10 + (text[i] - '0');
    }
    return digits;
}
