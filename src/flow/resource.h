/* A protected place: let the user in, or send them to the login. Its handler,
 * cog_flow_resource(), is in the route table. */
#ifndef COG_FLOW_RESOURCE_H
#define COG_FLOW_RESOURCE_H

#include "flow/flow.h"

/* The session is good, but its sign-in too long ago for this place: send the user to sign
 * in anew, or answer with 401. Always fills `reply`. */
void cog_flow_sign_in_anew(cog_flow_t *flow, int64_t max_age_sec, cog_reply_t *reply);

#endif
