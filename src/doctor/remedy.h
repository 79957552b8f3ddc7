/* Templates of remedies. */
#ifndef COG_DOCTOR_REMEDY_H
#define COG_DOCTOR_REMEDY_H

#include <apr_pools.h>
#include <apr_tables.h>

/* `text` with each `{word}` replaced by what `words` has for it, `<word>` when it has
 * nothing. NULL for NULL. */
const char *cog_remedy_fill(apr_pool_t *pool, const char *text, const apr_table_t *words);

/* One word of a shell; what is not plain is quoted. */
const char *cog_remedy_quote(apr_pool_t *pool, const char *text);

/* Lists as a shell has them, and as JSON, YAML and Terraform do. What is not plain is
 * quoted. */
const char *cog_remedy_words(apr_pool_t *pool, const apr_array_header_t *texts);
const char *cog_remedy_list(apr_pool_t *pool, const apr_array_header_t *texts);

#endif
