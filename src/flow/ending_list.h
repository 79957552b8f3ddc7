/* A list in the store that the hosts share: what one of them has ended, for all others.
 * Each secret of CognitoSecret has a list of its own. It has no lock, and no end but that
 * of its entries. */
#ifndef COG_FLOW_ENDING_LIST_H
#define COG_FLOW_ENDING_LIST_H

#include <apr_tables.h>

#include "flow/flow.h"

/* Sessions with this mark that were created at `time` or before have ended. */
typedef struct {
    uint64_t mark;
    int64_t time;
} cog_ending_t;

/* The name of a secret's list, of which the first seals. */
const char *cog_ending_list_name(const cog_flow_t *flow, int secret);

/* Append to the sealing secret's list. Asks the store a few times, some dozens if it has
 * lost a part of the list. */
cog_err_t cog_ending_list_append(const cog_flow_t *flow, const cog_ending_t *ending);

/* Where a reader is. Zeros: it has read nothing. */
typedef struct {
    uint64_t epoch; /* of the list: a store that was emptied gets a new one */
    uint64_t next;  /* number of the entry that comes next */
    uint64_t past;  /* those below this number, which were there before, are still to be
                     * read, backwards */
} cog_ending_place_t;

typedef struct {
    cog_ending_place_t *place;
    int budget;                /* how many entries may be asked for */
    apr_array_header_t *found; /* cog_ending_t; also when there is an error */
} cog_ending_reading_t;

/* Read on, what is new first. Where the budget ends, the next time goes on. */
cog_err_t cog_ending_list_read(const cog_flow_t *flow, int secret,
                               cog_ending_reading_t *reading);

#endif
