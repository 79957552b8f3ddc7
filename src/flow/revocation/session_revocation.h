/* Session revocation: sessions that end before their time are marked for all processes of
 * this host, and sent to the hosts that share the store by a list in it, which each of
 * them reads every second. While the store cannot be written, an outbox keeps them. */
#ifndef COG_FLOW_SESSION_REVOCATION_H
#define COG_FLOW_SESSION_REVOCATION_H

#include "flow/flow.h"
#include "flow/revocation/revocation_lag.h"
#include "flow/revocation/revocation_list.h"

/* Has this session been revoked? */
int cog_session_is_revoked(const cog_flow_t *flow, const cog_session_t *session);

/* Revoke this one session: at sign-out, when another takes its place, when the user pool
 * gives no new tokens for it. */
void cog_session_revoke(const cog_flow_t *flow, const cog_session_t *session);

/* Revoke all sessions of a user that were created at `time` or before, in seconds
 * since 1970. COG_E_STORE when the other hosts cannot be told now: they will be later. */
cog_err_t cog_subject_revoke(const cog_flow_t *flow, const char *subject, int64_t time);

/* ---- for a task that runs every second ---- */

/* Where this host is in the list of each secret. Begin with zeros: the whole lists are
 * read then. */
typedef struct {
    cog_revocation_cursor_t lists[COG_KEYRING_MAX];
    cog_revocation_lag_t lag;
} cog_revocation_reader_t;

/* Take over what the other hosts have revoked. Cheap when there is nothing new; a long
 * list takes several calls. A warning is logged when nothing could be read for some time.
 */
cog_err_t cog_revocations_read(const cog_flow_t *flow, cog_revocation_reader_t *reader);

/* Send what is in the outbox, some hundred revocations a call. */
cog_err_t cog_revocations_send(const cog_flow_t *flow);

#endif
