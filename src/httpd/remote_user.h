/* REMOTE_USER: the name of a signed-in user by CognitoRemoteUser. */
#ifndef COG_HTTPD_REMOTE_USER_H
#define COG_HTTPD_REMOTE_USER_H

#include <httpd.h>

#include "session/session.h"

/* By this place: the first claim that is there and, after its substitution, not empty.
 * NULL when there is none. */
const char *cog_remote_user_name(request_rec *r, const cog_session_t *session);

/* The same for a machine, which has a user name only where the place says that it shall
 * have one: by naming client_id. */
const char *cog_remote_user_of_machine(request_rec *r, const cog_session_t *session);

#endif
