#include "base/error.h"

const char *cog_err_name(cog_err_t err)
{
    switch (err) {
#define COG_ERROR_NAME(code, name, text)                                                 \
    case code:                                                                           \
        return name;
        COG_ERRORS(COG_ERROR_NAME)
#undef COG_ERROR_NAME
    }
    return "unknown";
}

const char *cog_err_text(cog_err_t err)
{
    switch (err) {
#define COG_ERROR_TEXT(code, name, text)                                                 \
    case code:                                                                           \
        return text;
        COG_ERRORS(COG_ERROR_TEXT)
#undef COG_ERROR_TEXT
    }
    return "unknown error";
}
