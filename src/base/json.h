/* JSON from outside: bounded and free of duplicate members; values asked for by type. */
#ifndef COG_BASE_JSON_H
#define COG_BASE_JSON_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <jansson.h>

#include "base/error.h"
#include "base/span.h"

/* Parse an object of at most `limit` bytes and 32 levels. Refuses duplicate members,
 * trailing data, NUL inside strings, anything but UTF-8. The value is released with
 * `pool`. */
cog_err_t cog_json_parse(apr_pool_t *pool, cog_span_t text, size_t limit,
                         json_t **object);

/* Hand a value to `pool`; returns it. NULL stays NULL. */
json_t *cog_json_own(apr_pool_t *pool, json_t *value);

/* An array of strings, of `const char *` elements; the caller's. */
json_t *cog_json_of_texts(const apr_array_header_t *texts);

/* Compact text with sorted members; "" when there is no memory for it. */
const char *cog_json_write(apr_pool_t *pool, const json_t *value);

/* The same with members in the order in which they were set. */
const char *cog_json_write_in_order(apr_pool_t *pool, const json_t *value);

/* The string member `name`, NULL when it is absent, of another type or empty.
 * Lives as long as `object`. */
const char *cog_json_string(const json_t *object, const char *name);

/* The number member `name` as whole seconds or counts. FALSE when it is absent, no
 * number, negative or above 2^53. A fraction is cut off. */
int cog_json_whole(const json_t *object, const char *name, json_int_t *number);

#endif
