#include "base/span.h"

#include <string.h>

cog_span_t cog_span_of(const char *text)
{
    return (cog_span_t){(const unsigned char *)text, text ? strlen(text) : 0};
}
