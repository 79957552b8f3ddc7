/* What the hosted UI's answers to a browser without cookies mean. */
#ifndef COG_DOCTOR_LOGIN_ANSWER_H
#define COG_DOCTOR_LOGIN_ANSWER_H

#include <apr_pools.h>

#include "flow/ports.h"

typedef enum {
    COG_LOGIN_UNKNOWN, /* nothing can be concluded */
    COG_LOGIN_OK,      /* on to the page for the password, or to an identity provider */
    COG_LOGIN_REDIRECT_MISMATCH,
    COG_LOGIN_NO_CLIENT, /* no such client, or one without OAuth flows */
    COG_LOGIN_SCOPE,
    COG_LOGIN_FLOW, /* the authorization code grant is not allowed */
    COG_LOGIN_REQUEST
} cog_login_answer_kind_t;

typedef struct {
    cog_login_answer_kind_t kind;
    const char *text; /* what was answered, fit for a log line */
} cog_login_answer_t;

/* To an authorize request with this redirect URI: errors come back to it, or end at a
 * page of the hosted UI itself. */
cog_login_answer_t cog_login_answer_read(apr_pool_t *pool,
                                         const cog_fetch_response_t *response,
                                         const char *redirect_uri);

#endif
