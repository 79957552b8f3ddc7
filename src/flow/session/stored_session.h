/* Sessions and what belongs to them as entries of the store, each sealed for its key. */
#ifndef COG_FLOW_STORED_SESSION_H
#define COG_FLOW_STORED_SESSION_H

#include "flow/flow.h"
#include "session/tokens_codec.h"

/* All give COG_E_STORE when the store cannot be asked. What is there, but does not open,
 * is as good as nothing: COG_E_NO_SESSION. What no store takes: COG_E_SESSION_TOO_LARGE.
 */

cog_err_t cog_stored_session_put(const cog_flow_t *flow, const cog_client_conf_t *client,
                                 const cog_session_t *session);
cog_err_t cog_stored_session_get(const cog_flow_t *flow, const cog_client_conf_t *client,
                                 const unsigned char *id, cog_session_t **session);

/* The tokens of a session, wherever the session itself lives: kept until it may have
 * ended unless it is renewed. */
cog_err_t cog_stored_tokens_put(const cog_flow_t *flow, const cog_client_conf_t *client,
                                const cog_session_t *session,
                                const cog_session_tokens_t *tokens);
cog_err_t cog_stored_tokens_get(const cog_flow_t *flow, const cog_client_conf_t *client,
                                const cog_session_t *session,
                                cog_session_tokens_t *tokens);

/* A renewed session of the browser's cookies, with its tokens: for requests that still
 * carry the cookies from before. Kept for COG_RENEWAL_KEPT_SEC. */
#define COG_RENEWAL_KEPT_SEC 60

cog_err_t cog_stored_renewal_put(const cog_flow_t *flow, const cog_client_conf_t *client,
                                 const cog_session_t *session,
                                 const cog_session_tokens_t *tokens);
cog_err_t cog_stored_renewal_get(const cog_flow_t *flow, const cog_client_conf_t *client,
                                 const cog_session_t *old, cog_session_t **session,
                                 cog_session_tokens_t *tokens);

/* Remove all that the store has of a session. */
void cog_stored_session_forget(const cog_flow_t *flow, const cog_session_t *session);

#endif
