/* The session of a request: sealed in the browser's cookies, or in the store, with a
 * sealed reference in a cookie. */
#ifndef COG_FLOW_SESSION_LOOKUP_H
#define COG_FLOW_SESSION_LOOKUP_H

#include "flow/flow.h"
#include "session/session_codec.h"
#include "session/tokens_codec.h"

/* The usable session of this request, or the reason why there is none. */
cog_err_t cog_session_load(cog_flow_t *flow, cog_session_t **session);

/* The session that the browser holds for `client`, however old it is. Only good for
 * ending it: cog_session_load() says whether it still counts. COG_E_STORE when it
 * lives in a store that cannot be read. */
cog_err_t cog_session_open(const cog_flow_t *flow, const cog_client_conf_t *client,
                           cog_session_t **session);

/* Of which session the browser holds a cookie for `client`, however long ago it has
 * ended. COG_E_NO_SESSION when it holds none. */
cog_err_t cog_session_held(const cog_flow_t *flow, const cog_client_conf_t *client,
                           cog_session_reference_t *held);

/* The tokens of a session: COG_E_NO_SESSION when there are none. */
cog_err_t cog_session_tokens(const cog_flow_t *flow, const cog_client_conf_t *client,
                             const cog_session_t *session, cog_session_tokens_t *tokens);

/* What the cookie of its tokens is sealed for: they belong to one session. */
cog_binding_t cog_session_tokens_binding(apr_pool_t *pool,
                                         const cog_client_conf_t *client,
                                         const cog_session_t *session);

#endif
