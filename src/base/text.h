/* Small questions about text, and lists of texts. */
#ifndef COG_BASE_TEXT_H
#define COG_BASE_TEXT_H

#include <apr_pools.h>
#include <apr_tables.h>

/* Is there an octet below 0x20 or a 0x7f? */
int cog_text_has_control(const char *text);

/* Is it well-formed UTF-8 (no overlong form, no surrogate)? */
int cog_text_is_utf8(const char *text, size_t len);

/* Is it one or more of RFC 9110's token characters? */
int cog_text_is_token(const char *text);

/* Does `text` begin with `prefix`? */
int cog_text_begins(const char *text, const char *prefix);

/* Foreign text made fit for a log line or a page: printable ASCII, all else
 * escaped as in C, cut after at most `limit` bytes; "-" for NULL. Never for secrets. */
const char *cog_text_for_log(apr_pool_t *pool, const char *foreign, size_t limit);

/* Join `const char *` elements by `,`; a `,` or `\` inside one is escaped by `\`. */
const char *cog_text_join(apr_pool_t *pool, const apr_array_header_t *texts);

/* Split what cog_text_join() made. The empty text is no element. */
apr_array_header_t *cog_text_split(apr_pool_t *pool, const char *joined);

/* Fold a name for comparison: lower case, every octet outside [a-z0-9] becomes `_`. */
const char *cog_text_fold(apr_pool_t *pool, const char *name);

#endif
