/* Session cookies of all clients of a site share one header line, which must not become
 * longer than httpd takes. */
#ifndef COG_FLOW_COOKIE_ROOM_H
#define COG_FLOW_COOKIE_ROOM_H

#include "flow/flow.h"

/* How many bytes there are beside the cookies of the other clients, which have to go as
 * far as it is less than `needed`: first tokens, to the store, then sessions. */
size_t cog_cookie_room_make(cog_flow_t *flow, size_t needed, cog_reply_t *reply);

#endif
