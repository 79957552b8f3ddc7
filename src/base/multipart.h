/* multipart/form-data (RFC 7578), as browsers write it: strict reading. */
#ifndef COG_BASE_MULTIPART_H
#define COG_BASE_MULTIPART_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "base/error.h"

/* The boundary that a Content-Type names; NULL: it is of another type, or names none that
 * is good (RFC 2046, 5.1.1). */
const char *cog_multipart_boundary(apr_pool_t *pool, const char *content_type);

/* Parse a body into at most 1000 fields, cog_param_t, in order. Names are left as they
 * were encoded. A value of NULL is that of a file which nobody has chosen.
 * COG_E_BAD_QUERY for all else: chosen files, preambles, headers that browsers do not
 * send. */
cog_err_t cog_multipart_parse(apr_pool_t *pool, const char *body, const char *boundary,
                              apr_array_header_t **fields);

#endif
