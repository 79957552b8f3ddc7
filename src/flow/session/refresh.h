/* New tokens for a session from the user pool (RFC 6749, 6), and what they make of it. */
#ifndef COG_FLOW_REFRESH_H
#define COG_FLOW_REFRESH_H

#include <jansson.h>

#include "flow/flow.h"
#include "session/tokens_codec.h"

typedef struct {
    cog_session_t *session;      /* under the number of the next renewal */
    cog_session_tokens_t tokens; /* those that belong to it from now on */
    const json_t *claims;        /* of the ID token; NULL when none came */
    cog_err_t problem; /* why what came cannot be believed, or not now: then the session
                        * and its tokens are the old ones but for the refresh token, which
                        * is the only way to ask again; else COG_OK */
} cog_refreshed_t;

/* Spend the refresh token that is `held` for `session`. COG_OK: it may be good for
 * nothing from now on, so `refreshed` has to be written down, whatever its problem.
 * Whether the user pool has answered is noted for all. */
cog_err_t cog_session_refresh(cog_flow_t *flow, const cog_session_t *session,
                              const cog_session_tokens_t *held,
                              cog_refreshed_t *refreshed);

#endif
