/* What the core has to tell about its work, for the status page and for metrics: one of
 * the ports (flow/ports.h). Whoever keeps the numbers, the core only says that something
 * has happened. */
#ifndef COG_FLOW_METER_H
#define COG_FLOW_METER_H

#include <apr_time.h>

#include "base/error.h"

typedef struct cog_flow_t cog_flow_t; /* flow/flow.h */

/* Rare ones first: of them it is also known in which minute they happened. */
typedef enum {
    COG_EVENT_LOGIN_BEGUN,      /* sent to the hosted UI */
    COG_EVENT_LOGIN_RETURNED,   /* a callback that belongs to a login of ours */
    COG_EVENT_CALLBACK,         /* any callback */
    COG_EVENT_SESSION_STARTED,  /* signed in */
    COG_EVENT_SESSION_RENEWED,  /* with the refresh token */
    COG_EVENT_ENDED_BY_LOGOUT,  /* sessions that have ended: by their user, */
    COG_EVENT_ENDED_BY_LOGIN,   /* by the next login in the same browser, */
    COG_EVENT_ENDED_BY_RENEWAL, /* by the user pool, which gives no new tokens */
    COG_EVENT_USER_ENDED,       /* all sessions of one user, by CognitoRevokeKey */
    COG_EVENT_PROBLEM,          /* something that an admin should know of */
    COG_EVENT_RARE,             /* how many of these there are */
    COG_EVENT_SESSION_ACCEPTED = COG_EVENT_RARE, /* a request let in by its session */
    COG_EVENT_BEARER_ACCEPTED,                   /* a request let in by its token */
    COG_EVENT_BEARER_REFUSED,
    COG_EVENT_TOKEN_KNOWN,    /* a token that was verified before */
    COG_EVENT_TOKEN_VERIFIED, /* one whose signature had to be verified */
    COG_EVENT_REFUSED, /* refused for this cause: COG_EVENT_REFUSED + a cog_err_t */
    COG_EVENT_COUNT = COG_EVENT_REFUSED + COG_ERR_COUNT
} cog_event_t;

/* What is asked of a user pool: id, and its name in metrics. */
#define COG_CALLS(X)                                                                     \
    X(COG_CALL_DISCOVERY, "discovery")                                                   \
    X(COG_CALL_JWKS, "jwks")                                                             \
    X(COG_CALL_TOKEN, "token")                                                           \
    X(COG_CALL_USERINFO, "userinfo")                                                     \
    X(COG_CALL_REVOKE, "revoke")

typedef enum {
#define COG_CALL_ID(id, name) id,
    COG_CALLS(COG_CALL_ID)
#undef COG_CALL_ID
        COG_CALL_COUNT
} cog_call_kind_t;

typedef enum {
    COG_CALL_ANSWERED, /* with what was asked for */
    COG_CALL_REFUSED,  /* 4xx: nothing is wrong with who answered */
    COG_CALL_FAILED,   /* no answer, throttled, broken */
    COG_CALL_RESULTS
} cog_call_result_t;

typedef struct {
    cog_call_kind_t kind;
    cog_call_result_t result;
    apr_interval_time_t duration;
    apr_time_t now;
} cog_call_t;

/* What an admin should know of. The texts are copied; none of them is a secret. */
typedef struct {
    cog_err_t err;
    int is_error;         /* an error of this site or of its user pool, not of a client */
    const char *site;     /* the first origin of the virtual host */
    const char *incident; /* as the log and the page tell it; NULL: neither does */
    const char *remedy;
    apr_time_t now;
} cog_problem_t;

typedef struct {
    void *context;
    /* Called for each request: cheap. */
    void (*count)(void *context, cog_event_t event, apr_time_t now);
    void (*note_call)(void *context, const cog_call_t *call);
    /* There are keys of this issuer, fetched at this time; or the attempt has failed. */
    void (*note_keys)(void *context, const char *issuer, cog_err_t err, apr_time_t at);
    /* Is the token endpoint of this issuer left alone for a while, for it did not answer?
     */
    void (*note_outage)(void *context, const char *issuer, int is_out, apr_time_t now);
    void (*note_problem)(void *context, const cog_problem_t *problem);
} cog_meter_t;

/* Tell the flow's meter, where there is one, what has happened. */
void cog_flow_count(const cog_flow_t *flow, cog_event_t event);
void cog_flow_count_refusal(const cog_flow_t *flow, cog_err_t err);
void cog_flow_note_keys(const cog_flow_t *flow, const char *issuer, cog_err_t err,
                        apr_time_t fetched_at);
void cog_flow_note_outage(const cog_flow_t *flow, const char *issuer, int is_out);
void cog_flow_note_problem(const cog_flow_t *flow, cog_problem_t problem);

#endif
