/* What a failure means: to the browser, to its user, to the admin. One table. */
#ifndef COG_FLOW_FAILURE_H
#define COG_FLOW_FAILURE_H

#include "base/error.h"
#include "base/log.h"
#include "flow/flow.h"
#include "flow/reply.h"

typedef struct {
    cog_err_t err;
    int status;            /* HTTP */
    cog_log_level_t level; /* of its line in the error log */
    const char *title;     /* the page: headline, */
    const char *cause;     /* what has happened, in plain words, */
    const char *action;    /* what the user can do; NULL: nothing */
    const char *remedy;    /* what the admin can do; NULL: nothing to be done */
} cog_failure_t;

/* The row of `err`; that of COG_E_INTERNAL for a number that is none of the list. */
const cog_failure_t *cog_failure_of(cog_err_t err);

/* Make `reply` the answer to a failure: a page for navigations, JSON for the rest; log it
 * once. Where the error log takes that line, or the audit log keeps the entry, all of
 * them name the same incident; else nobody is told of one. Cookies that were set stay
 * set. */
void cog_reply_fail(cog_flow_t *flow, cog_err_t err, cog_reply_t *reply);

#endif
