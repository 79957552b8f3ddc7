/* Who has signed in, gone, or been refused: one entry for each, for those who have to
 * prove it later. A port (flow/ports.h); no entry holds a secret. */
#ifndef COG_FLOW_AUDIT_H
#define COG_FLOW_AUDIT_H

#include <jansson.h>

#include "base/error.h"
#include "session/session.h"

typedef struct cog_flow_t cog_flow_t;               /* flow/flow.h */
typedef struct cog_client_conf_t cog_client_conf_t; /* flow/conf.h */

/* A NULL is not known, or does not apply. */
typedef struct {
    const char *event;      /* login, refresh, logout, refusal */
    const char *cause;      /* of a logout: logout, login, renewal, revoke; of a refusal:
                             * the name of the error */
    const char *incident;   /* of a refusal that somebody was told of (flow/failure.h) */
    const char *subject;    /* sub */
    const char *client;     /* id of the app client */
    const char *provider;   /* identity provider; COGNITO: the user pool itself */
    const char *session;    /* its id, as the error log tells it */
    const char *event_id;   /* of the sign-in in the user pool's own records */
    const char *origin_jti; /* of the refresh token's family */
} cog_audit_t;

typedef struct {
    void *context;
    void (*write)(void *context, const cog_audit_t *entry);
    int is_kept; /* what is written can be looked up later */
} cog_auditor_t;

/* Tell the flow's auditor, where there is one. */

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

#endif
