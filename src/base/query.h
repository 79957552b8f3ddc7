/* application/x-www-form-urlencoded: strict reading, exact writing. */
#ifndef COG_BASE_QUERY_H
#define COG_BASE_QUERY_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "base/error.h"

typedef struct {
    const char *name;
    const char *value;
} cog_param_t;

/* Parse at most 16 kB and 64 parameters into an array of cog_param_t, in order. Refuses
 * broken percent-encoding, NUL and a name that occurs twice (RFC 6749, 3.1). NULL is an
 * empty query. */
cog_err_t cog_query_parse(apr_pool_t *pool, const char *text,
                          apr_array_header_t **params);

/* The same of the body of a form: of any length, up to 1000 fields, and a name may occur
 * as often as it likes. */
cog_err_t cog_form_parse(apr_pool_t *pool, const char *text, apr_array_header_t **fields);

/* The value of `name`, NULL when absent. */
const char *cog_query_get(const apr_array_header_t *params, const char *name);

/* Start an empty list for cog_query_add(). */
apr_array_header_t *cog_query_make(apr_pool_t *pool);

/* Append; a NULL value appends nothing. Borrows both texts. */
void cog_query_add(apr_array_header_t *params, const char *name, const char *value);

/* Write `a=1&b=x%20y`: everything but RFC 3986's unreserved characters is
 * percent-encoded. */
const char *cog_query_write(apr_pool_t *pool, const apr_array_header_t *params);

/* Append `params` to `url`, with `?` or `&` as needed. */
const char *cog_query_append(apr_pool_t *pool, const char *url,
                             const apr_array_header_t *params);

#endif
