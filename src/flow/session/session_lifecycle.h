/* Where a session lives: sealed in the browser's cookies, or in the store, with a sealed
 * reference in a cookie. Started at a login, written again now and then, ended at a
 * logout; found by session_lookup.h. */
#ifndef COG_FLOW_SESSION_LIFECYCLE_H
#define COG_FLOW_SESSION_LIFECYCLE_H

#include "flow/flow.h"
#include "session/tokens_codec.h"

/* Start a session, in place of one that the browser may hold: a new id, created now, with
 * `session`'s subject, claims and times. It goes to the store where CognitoSession says
 * so, or where it does not fit the cookies; the tokens likewise. */
cog_err_t cog_session_start(cog_flow_t *flow, cog_session_t *session,
                            const cog_session_tokens_t *tokens, cog_reply_t *reply);

/* Write down that the session was used just now. */
cog_err_t cog_session_touch(cog_flow_t *flow, const cog_session_t *session,
                            cog_reply_t *reply);

/* Write a session and its tokens to where it lives, as they are now. */
cog_err_t cog_session_write(cog_flow_t *flow, cog_session_t *session,
                            const cog_session_tokens_t *tokens, cog_reply_t *reply);

/* End a session for everybody who holds a copy of it, and delete it from the browser and
 * the store. NULL: only what the browser holds for `client` is deleted. */
void cog_session_end(cog_flow_t *flow, const cog_client_conf_t *client,
                     const cog_session_t *session, cog_reply_t *reply);

#endif
