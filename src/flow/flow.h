/* A request's way through the module. Start reading in flow.c. */
#ifndef COG_FLOW_FLOW_H
#define COG_FLOW_FLOW_H

#include <apr_pools.h>

#include "base/error.h"
#include "flow/conf.h"
#include "flow/ports.h"
#include "flow/reply.h"
#include "flow/request.h"
#include "oidc/error_text.h"

typedef struct {
    apr_pool_t *pool; /* lives as long as the request */
    const cog_conf_t *conf;
    const cog_place_t *place;
    const cog_request_t *request;
    const cog_ports_t *ports;
    /* What has happened, where more is known than the error says; else NULL. */
    const cog_cause_t *cause;
    const cog_session_t *who; /* whom a refusal is about; NULL: not known */
} cog_flow_t;

/* Is it one of the module's own URLs, by exact path? It is then answered whatever
 * `Require` says and whatever would handle it otherwise. */
int cog_flow_is_own_url(const cog_conf_t *conf, const char *path);

/* Is it a callback, by exact path? Its query holds code and state. */
int cog_flow_is_callback(const cog_conf_t *conf, const char *path);

/* Answer one of the module's own URLs. Always fills `reply`; never grants, never passes.
 */
void cog_flow_run_own_url(cog_flow_t *flow, cog_reply_t *reply);

/* Decide whether a protected resource may be had. Always fills `reply`. */
void cog_flow_run_resource(cog_flow_t *flow, cog_reply_t *reply);

/* The session is good, but its sign-in too long ago for this place: send the user to sign
 * in anew, or answer with 401. Always fills `reply`. */
void cog_flow_sign_in_anew(cog_flow_t *flow, int64_t max_age_sec, cog_reply_t *reply);

#endif
