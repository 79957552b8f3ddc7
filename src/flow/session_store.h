/* Where a session lives: in sealed cookies. Started at a login, found at each request,
 * rewritten now and then, ended at a logout. */
#ifndef COG_FLOW_SESSION_STORE_H
#define COG_FLOW_SESSION_STORE_H

#include <jansson.h>

#include "flow/flow.h"
#include "oidc/token.h"

/* Start a session for verified claims, with a new id, and keep the refresh token beside
 * it, where there is room for it (else a warning). */
cog_err_t cog_session_start(cog_flow_t *flow, const json_t *claims,
                            const cog_tokens_t *tokens, cog_reply_t *reply);

/* Write down that the session was used just now. */
cog_err_t cog_session_touch(cog_flow_t *flow, const cog_session_t *session,
                            cog_reply_t *reply);

/* The session that the browser holds for `client`, however old it is. Only good for
 * ending it: cog_flow_load_session() says whether it still counts. */
cog_err_t cog_session_open(const cog_flow_t *flow, const cog_client_conf_t *client,
                           cog_session_t **session);

/* The refresh token of a session; unset when there is none. */
cog_secret_t cog_session_refresh_token(const cog_flow_t *flow,
                                       const cog_client_conf_t *client,
                                       const cog_session_t *session);

/* Delete session and tokens of `client` from the browser. */
void cog_session_end(cog_flow_t *flow, const cog_client_conf_t *client,
                     cog_reply_t *reply);

#endif
