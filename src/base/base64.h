/* base64url without padding (RFC 4648, 5), strict: one text for each byte string. */
#ifndef COG_BASE_BASE64_H
#define COG_BASE_BASE64_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/span.h"

/* Encode; the result ends in NUL. */
const char *cog_base64url_encode(apr_pool_t *pool, cog_span_t data);

/* Decode. Refuses padding, any character outside the alphabet, a length of 1 modulo 4 and
 * unused bits that are not zero. The result is followed by a NUL that is not counted. */
cog_err_t cog_base64url_decode(apr_pool_t *pool, const char *text, size_t len,
                               cog_span_t *data);

#endif
