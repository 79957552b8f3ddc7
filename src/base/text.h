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

/* Write `octet` percent-encoded, three characters; returns the place behind them. */
char *cog_text_percent(char *out, unsigned char octet);

/* Join `const char *` elements by `,`. What could be taken for something else inside one
 * is percent-encoded: `,`, `%`, control characters, spaces at its ends, white space
 * beyond ASCII. So whoever splits at `,` and trims, and knows nothing of this, finds no
 * element that is not there. */
const char *cog_text_join(apr_pool_t *pool, const apr_array_header_t *texts);

/* Split what cog_text_join() made, and decode it. The empty text is no element. */
apr_array_header_t *cog_text_split(apr_pool_t *pool, const char *joined);

#endif
