/* Values of HTTP header fields that carry UTF-8 text to a backend. */
#ifndef COG_BASE_HEADER_VALUE_H
#define COG_BASE_HEADER_VALUE_H

#include <apr_pools.h>

#include "base/claim.h"

typedef enum {
    COG_HEADER_UTF8,   /* as it is */
    COG_HEADER_LATIN1, /* ISO 8859-1 */
    COG_HEADER_BASE64, /* RFC 4648, 4: with padding */
    COG_HEADER_PERCENT /* RFC 3986, 2.1: all but visible ASCII, and `%`; what is encoded
                        * in an element of a list already stays so */
} cog_header_encoding_t;

/* `value` as the value of a header; `value` itself when nothing is to be done. NULL when
 * the other end could take it for another one: it begins or ends with white space, which
 * HTTP takes away (RFC 9110, 5.5), it holds control characters, or Latin-1 lacks one of
 * its characters. Base64 and percent-encoding carry everything. */
const char *cog_header_value(apr_pool_t *pool, cog_header_encoding_t encoding,
                             cog_claim_kind_t kind, const char *value);

#endif
