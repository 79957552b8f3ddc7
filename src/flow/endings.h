/* Sessions that end before their time: marked for all processes of this host, and told to
 * the hosts that share the store, by a list in it that each of them reads every second.
 * While the store cannot be written, what is to be told is kept. */
#ifndef COG_FLOW_ENDINGS_H
#define COG_FLOW_ENDINGS_H

#include "flow/ending_list.h"
#include "flow/flow.h"
#include "flow/hearing.h"

/* Has this session been ended? */
int cog_endings_hold(const cog_flow_t *flow, const cog_session_t *session);

/* End this one session: at sign-out, when another takes its place, when the user pool
 * gives no new tokens for it. */
void cog_end_session_for_all(const cog_flow_t *flow, const cog_session_t *session);

/* End all sessions of a user that were created at `time` or before, in seconds. Fails
 * when the other hosts cannot be told now. */
cog_err_t cog_end_subject_for_all(const cog_flow_t *flow, const char *subject,
                                  int64_t time);

/* ---- for a task that runs every second ---- */

/* Where this host is in the list of each secret. Begin with zeros: the whole lists are
 * read then. */
typedef struct {
    cog_ending_place_t lists[COG_KEYRING_MAX];
    cog_hearing_t hearing;
} cog_endings_reader_t;

/* Take over what the other hosts have ended. Cheap when there is nothing new; a long list
 * takes several calls. The log hears when nothing could be read for some time. */
cog_err_t cog_endings_read(const cog_flow_t *flow, cog_endings_reader_t *reader);

/* Tell the other hosts what they could not be told when it happened; some hundred endings
 * a call. */
cog_err_t cog_endings_tell(const cog_flow_t *flow);

#endif
