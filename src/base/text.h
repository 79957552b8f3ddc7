/* Small questions about text, and lists of texts. */
#ifndef COG_BASE_TEXT_H
#define COG_BASE_TEXT_H

#include <apr_pools.h>
#include <apr_tables.h>

/* Is there an octet below 0x20 or a 0x7f? */
int cog_text_has_control(const char *text);

/* Does `text` begin with `prefix`? */
int cog_text_begins(const char *text, const char *prefix);

/* Foreign text made fit for a log line or a page: printable ASCII, all else
 * escaped as in C, cut after at most `limit` bytes; "-" for NULL. Never for secrets. */
const char *cog_text_for_log(apr_pool_t *pool, const char *foreign, size_t limit);

/* Join `const char *` elements by `,`; a `,` or `\` inside one is escaped by `\`. */
const char *cog_text_join(apr_pool_t *pool, const apr_array_header_t *texts);

/* Split what cog_text_join() made. The empty text is no element. */
apr_array_header_t *cog_text_split(apr_pool_t *pool, const char *joined);

#endif
