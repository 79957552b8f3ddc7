/* Who answers which kind of request: one function for each line of the route table
 * (routes.c). What one of them refuses is answered by failure.h. */
#ifndef COG_FLOW_HANDLERS_H
#define COG_FLOW_HANDLERS_H

#include "flow/flow.h"

cog_err_t cog_flow_callback(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_login(cog_flow_t *flow, cog_reply_t *reply); /* login_link.c */
cog_err_t cog_flow_logout(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_signed_out(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_session_info(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_revoke_user(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_key_set(cog_flow_t *flow, cog_reply_t *reply); /* keys.c */
cog_err_t cog_flow_key(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_health(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_resource_metadata(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_server_metadata(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_bearer(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_resource(cog_flow_t *flow, cog_reply_t *reply);

/* Is it theirs, where that takes more than a name below CognitoPath? */
int cog_flow_is_key_set(const cog_conf_t *conf, const char *path);
int cog_flow_is_key(const cog_conf_t *conf, const char *path);
int cog_flow_is_resource_metadata(const cog_conf_t *conf, const char *path);
int cog_flow_is_server_metadata(const cog_conf_t *conf, const char *path);

#endif
