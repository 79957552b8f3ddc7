/* One request on its way through the core, and what is asked of it all along that way.
 * routes.h is where the way begins. */
#ifndef COG_FLOW_FLOW_H
#define COG_FLOW_FLOW_H

#include <apr_pools.h>

#include "crypto/seal.h"
#include "flow/conf.h"
#include "flow/ports.h"
#include "flow/reply.h"
#include "flow/request.h"
#include "oidc/error_text.h"
#include "session/cookie_chunks.h"

struct cog_flow_t {
    apr_pool_t *pool; /* lives as long as the request */
    const cog_conf_t *conf;
    const cog_place_t *place;
    const cog_request_t *request;
    const cog_ports_t *ports;
    /* What has happened, where more is known than the error says; else NULL. */
    const cog_cause_t *cause;
    const cog_session_t *who; /* whom a refusal is about; NULL: not known */
};

/* By the clock port. */
apr_time_t cog_flow_time(const cog_flow_t *flow);

/* The same in seconds since 1970. */
int64_t cog_flow_now(const cog_flow_t *flow);

/* How long a session lives at this place: a .htaccess may say less than the server's own
 * files, but not more, for nobody remembers for longer which sessions have ended. */
cog_session_limits_t cog_flow_limits(const cog_flow_t *flow);

cog_sealer_t cog_flow_sealer(const cog_flow_t *flow);

/* The request's cookies and the reply's Set-Cookie values. */
cog_cookie_jar_t cog_flow_jar(const cog_flow_t *flow, cog_reply_t *reply);

/* The configured origin under which the request came, scheme://host[:port]; NULL when its
 * host is none of them. */
const char *cog_flow_known_origin(const cog_flow_t *flow);

/* The same, else the first. */
const char *cog_flow_origin(const cog_flow_t *flow);

/* The full URL of one of our own: origin, CognitoPath, "/", name. */
const char *cog_flow_own_url(const cog_flow_t *flow, const char *name);

/* `text` where a browser may be sent after a login: a path of this site, not one of our
 * own URLs; else "/". NULL gives "/". */
const char *cog_flow_return_to(const cog_flow_t *flow, const char *text);

/* The place at a path of this site, as cog_flow_return_to() gives it; with the first
 * client where nothing is protected. */
const cog_place_t *cog_flow_place_of(const cog_flow_t *flow, const char *path);

#endif
