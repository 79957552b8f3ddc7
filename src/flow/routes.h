/* Which kinds of requests there are, and who answers them. Start reading in routes.c. */
#ifndef COG_FLOW_ROUTES_H
#define COG_FLOW_ROUTES_H

#include "flow/flow.h"

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

#endif
