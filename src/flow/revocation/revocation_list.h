/* The revocation list in the store that the hosts share: what one of them has revoked.
 * Each secret of CognitoSecret has a list of its own. It has no lock, and no end but that
 * of its entries. */
#ifndef COG_FLOW_REVOCATION_LIST_H
#define COG_FLOW_REVOCATION_LIST_H

#include <apr_tables.h>

#include "flow/flow.h"

/* Sessions with this mark that were created at `time` or before are revoked. */
typedef struct {
    uint64_t mark; /* session/revocation_table.h */
    int64_t time;  /* in seconds since 1970 */
} cog_revocation_t;

/* The name of a secret's list, of which the first seals. */
const char *cog_revocation_list_name(const cog_flow_t *flow, int secret);

/* Append to the sealing secret's list. Asks the store a few times, some dozens if it has
 * lost a part of the list. */
cog_err_t cog_revocation_list_append(const cog_flow_t *flow,
                                     const cog_revocation_t *revocation);

/* Where a reader is. Zeros: it has read nothing. */
typedef struct {
    uint64_t epoch; /* of the list: a store that was emptied gets a new one */
    uint64_t next;  /* number of the entry that comes next */
    uint64_t past;  /* those below this number, which were there before, are still to be
                     * read, backwards */
} cog_revocation_cursor_t;

typedef struct {
    cog_revocation_cursor_t *cursor;
    int budget;                /* how many entries may be asked for */
    apr_array_header_t *found; /* cog_revocation_t; also when there is an error */
} cog_revocation_reading_t;

/* Read on, what is new first. Where the budget ends, the next time goes on. */
cog_err_t cog_revocation_list_read(const cog_flow_t *flow, int secret,
                                   cog_revocation_reading_t *reading);

#endif
