/* Cookie headers, as if all cookies in them were ours. */
#ifndef COG_TEST_COOKIE_HEADER_H
#define COG_TEST_COOKIE_HEADER_H

#include "test/unit/unit.h"

#include "session/cookie.h"

#define NAME "__Host-cognito_session"

apr_array_header_t *cookies_of(apr_pool_t *pool, const char *header);

/* Names the rule in the failure. */
void assert_span(const char *rule, cog_span_t span, const char *expected);

#endif
