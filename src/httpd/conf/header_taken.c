#include "httpd/conf/header_taken.h"

#include <string.h>

#include "base/header_name.h"
#include "httpd/conf/values.h"

#define MAX_NAME 64
#define LETTERS  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* As cog_header_name_is_any() has them. */
static const char *const taken[] = {
    "connection",
    "content_encoding",
    "content_length",
    "content_type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep_alive",
    "proxy",
    "proxy_authorization",
    "range",
    "te",
    "trailer",
    "transfer_encoding",
    "upgrade",
    "x_forwarded_by",
    "x_forwarded_for",
    "x_forwarded_host",
    "x_forwarded_port",
    "x_forwarded_prefix",
    "x_forwarded_proto",
    "x_forwarded_scheme",
    "x_forwarded_server",
    "x_forwarded_ssl",
    "x_real_ip",
    NULL,
};

int cog_header_is_free(const char *name)
{
    return cog_value_consists_of(name, LETTERS "0123456789-_", MAX_NAME) &&
           !cog_header_name_is_any(name, strlen(name), taken);
}
