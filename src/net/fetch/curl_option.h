/* Options of a curl handle that cannot be set are errors. */
#ifndef COG_NET_CURL_OPTION_H
#define COG_NET_CURL_OPTION_H

#include <curl/curl.h>

#include "base/error.h"

/* COG_E_INTERNAL: this libcurl does not know the option, or has no memory. */
cog_err_t cog_curl_set_number(CURL *handle, CURLoption option, long value);
cog_err_t cog_curl_set_pointer(CURL *handle, CURLoption option, const void *value);

#endif
