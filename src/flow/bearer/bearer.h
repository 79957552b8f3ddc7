/* API clients: a token in the Authorization header in place of a session (RFC 6750). */
#ifndef COG_FLOW_BEARER_H
#define COG_FLOW_BEARER_H

#include "flow/flow.h"

/* Who comes with a token. */
typedef struct cog_bearer_t {
    cog_secret_t token; /* as it was presented */
    cog_bearer_facts_t facts;
    const cog_session_t *session; /* the token's claims in the form of a session's */
} cog_bearer_t;

/* Is it the Authorization header by which a request is judged at this place, whatever
 * cookies it brings? So it is where only tokens are accepted, and where they are accepted
 * too and the header holds one, good or bad. */
int cog_bearer_decides(const cog_place_t *place, const char *authorization);

/* Does the header hold a token, good or bad, or more than one? */
int cog_bearer_is_presented(const char *authorization);

/* WWW-Authenticate of this place, to a request that brings no token; NULL where none is
 * accepted. */
const char *cog_bearer_challenge(const cog_flow_t *flow);

/* Make `reply` the answer to a bearer whom Require does not let in. `scope`: what was
 * missing, separated by spaces; NULL when it was not about scopes. */
void cog_bearer_forbid(cog_flow_t *flow, const char *scope, cog_reply_t *reply);

/* Make `reply` the answer to a bearer whose user has signed in too long ago for this
 * place (RFC 9470, 3). */
void cog_bearer_want_sign_in(cog_flow_t *flow, int64_t max_age_sec, cog_reply_t *reply);

#endif
