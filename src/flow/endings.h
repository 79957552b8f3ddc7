/* Sessions that end before their time: marked for all processes of this host, and told to
 * the hosts that share the store, by a list in it that each of them reads every second.
 * Each secret of CognitoSecret has a list of its own, for sites with other secrets may
 * share the store. */
#ifndef COG_FLOW_ENDINGS_H
#define COG_FLOW_ENDINGS_H

#include "flow/flow.h"

/* Has this session been ended? */
int cog_endings_hold(const cog_flow_t *flow, const cog_session_t *session);

/* End this one session: at sign-out, when another takes its place, when the user pool
 * gives no new tokens for it. */
void cog_end_session_for_all(const cog_flow_t *flow, const cog_session_t *session);

/* End all sessions of a user that were created at `time` or before, in seconds. Fails
 * when the other hosts cannot be told. */
cog_err_t cog_end_subject_for_all(const cog_flow_t *flow, const char *subject,
                                  int64_t time);

/* Where a list goes on. */
typedef struct {
    uint64_t epoch; /* of the list: a store that was emptied gets a new one */
    uint64_t next;  /* number of the entry that comes next */
} cog_endings_place_t;

/* Where one reader is in the list of each secret. Begin with zeros: the whole lists are
 * read then. */
typedef struct {
    cog_endings_place_t lists[COG_KEYRING_MAX];
} cog_endings_reader_t;

/* Take over what the other hosts have ended. Cheap when there is nothing new. */
cog_err_t cog_endings_read(const cog_flow_t *flow, cog_endings_reader_t *reader);

#endif
