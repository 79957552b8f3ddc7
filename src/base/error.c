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

int cog_err_is_no_answer(cog_err_t err)
{
    return err == COG_E_IDP_UNREACHABLE || err == COG_E_PROXY_AUTH;
}
