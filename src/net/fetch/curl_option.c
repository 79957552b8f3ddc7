#include "net/fetch/curl_option.h"

cog_err_t cog_curl_set_number(CURL *handle, CURLoption option, long value)
{
    COG_REQUIRE(curl_easy_setopt(handle, option, value) == CURLE_OK, COG_E_INTERNAL);
    return COG_OK;
}

cog_err_t cog_curl_set_pointer(CURL *handle, CURLoption option, const void *value)
{
    COG_REQUIRE(curl_easy_setopt(handle, option, value) == CURLE_OK, COG_E_INTERNAL);
    return COG_OK;
}
