/* Shared by the files in flow/ only. */
#ifndef COG_FLOW_FLOW_PRIVATE_H
#define COG_FLOW_FLOW_PRIVATE_H

#include <stdint.h>

#include "crypto/seal.h"
#include "flow/flow.h"
#include "session/cookie_chunks.h"
#include "session/login_state.h"

typedef struct {
    const char *name; /* for logs, metrics and tests */
    int (*matches)(const cog_conf_t *conf, const char *path);
    cog_err_t (*handle)(cog_flow_t *flow, cog_reply_t *reply);
} cog_route_t;

cog_err_t cog_flow_callback(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_login(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_logout(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_session_info(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_signed_out(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_revoke_user(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_health(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_resource(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_resource_metadata(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_server_metadata(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_bearer(cog_flow_t *flow, cog_reply_t *reply);

/* keys.c, for the route table */
int cog_flow_is_key_set(const cog_conf_t *conf, const char *path);
int cog_flow_is_key(const cog_conf_t *conf, const char *path);
cog_err_t cog_flow_key_set(cog_flow_t *flow, cog_reply_t *reply);
cog_err_t cog_flow_key(cog_flow_t *flow, cog_reply_t *reply);

/* A call through the flow's fetch port. */
cog_err_t cog_flow_fetch(const cog_flow_t *flow, const cog_fetch_request_t *request,
                         cog_fetch_response_t *response);

/* Tell the meter (flow/meter.h) what has happened. */
void cog_flow_count(const cog_flow_t *flow, cog_event_t event);
void cog_flow_count_refusal(const cog_flow_t *flow, cog_err_t err);
void cog_flow_note_keys(const cog_flow_t *flow, const char *issuer, cog_err_t err,
                        apr_time_t fetched_at);
void cog_flow_note_outage(const cog_flow_t *flow, const char *issuer, int is_out);
void cog_flow_note_problem(const cog_flow_t *flow, cog_problem_t problem);

/* Tell the auditor (flow/audit.h). */
/* A login, or a refresh; `claims` of the ID token, NULL when none came. */
void cog_flow_audit_session(const cog_flow_t *flow, const char *event,
                            const cog_session_t *session, const json_t *claims);
/* The end of a session before its time. */
void cog_flow_audit_logout(const cog_flow_t *flow, const char *cause,
                           const cog_client_conf_t *client, const cog_session_t *session);
/* That of all sessions of a user. */
void cog_flow_audit_user_ended(const cog_flow_t *flow, const char *subject);
/* `incident` is NULL where nobody is told of one. */
void cog_flow_audit_refusal(const cog_flow_t *flow, cog_err_t err, const char *incident);

/* Seconds since 1970. */
int64_t cog_flow_now(const cog_flow_t *flow);

/* How long a session lives at this place: a .htaccess may say less than the server's own
 * files, but not more, for nobody remembers for longer which sessions have ended. */
cog_session_limits_t cog_flow_limits(const cog_flow_t *flow);

cog_sealer_t cog_flow_sealer(const cog_flow_t *flow);

/* The reply's Set-Cookie values; most have none, and no list of them before this. */
apr_array_header_t *cog_reply_cookies(const cog_flow_t *flow, cog_reply_t *reply);

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

/* Redirect the browser to a path of this site. */
void cog_reply_send_back(const cog_flow_t *flow, const char *return_to,
                         cog_reply_t *reply);

/* What is no secret: scripts of all sites may read it. COG_E_METHOD, with Allow set, when
 * the method does more than that. */
cog_err_t cog_reply_open_to_all(const cog_flow_t *flow, cog_reply_t *reply);

/* COG_E_METHOD, with Allow set, unless the method is one of these: "GET, HEAD". */
cog_err_t cog_reply_require_method(const cog_flow_t *flow, const char *allowed,
                                   cog_reply_t *reply);

/* The same for GET alone. HEAD is none: it must consume nothing. */
cog_err_t cog_reply_require_get(const cog_flow_t *flow, cog_reply_t *reply);

#endif
