#include "test/unit/session/cookie_header.h"

void assert_span(const char *rule, cog_span_t span, const char *expected)
{
    if (span.len != strlen(expected) ||
        strncmp((const char *)span.bytes, expected, span.len) != 0) {
        fail_msg("rule \"%s\" is broken: \"%.*s\"", rule, (int)span.len,
                 (const char *)span.bytes);
    }
}

apr_array_header_t *cookies_of(apr_pool_t *pool, const char *header)
{
    apr_array_header_t *cookies;

    (void)cog_cookie_strip(pool, cog_span_of(header), "", &cookies);
    return cookies;
}
