/* A world for flow tests: a browser with a cookie jar, a user pool that signs tokens, and
 * ports that are arrays and counters. The n-th call of a port can be made to fail. */
#ifndef COG_TEST_WORLD_H
#define COG_TEST_WORLD_H

#include "test/unit/unit.h"

#include <apr_tables.h>

#include "base/query.h"
#include "flow/provider/provider.h"
#include "flow/revocation/session_revocation.h"
#include "flow/routes.h"
#include "session/login_state.h"
#include "session/tokens_codec.h"
#include "test/flow/fake_store.h"
#include "test/unit/jwt_maker.h"

#define WORLD_ORIGIN "https://app.example.com"
#define WORLD_ISSUER "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test"
#define WORLD_DOMAIN "https://auth.example.com"
#define WORLD_CLIENT "testclient"
#define WORLD_NOW    1700000000
/* cookies */
#define WORLD_SESSION "__Host-cognito_session"
#define WORLD_TOKENS  "__Host-cognito_tokens"

typedef struct world_t world_t;

struct world_t {
    apr_pool_t *pool;
    /* configuration; a test may change it before the first request */
    cog_conf_t conf;
    cog_client_conf_t client;
    cog_client_conf_t other_client; /* named "other", used below /other */
    cog_place_t place;
    cog_place_t other_place;
    cog_place_t open_place;    /* below /public: no client */
    int64_t max_age_sec;       /* Require cognito-auth-age, everywhere; 0: none */
    int forbids_bearers;       /* Require lets no bearer in */
    const char *missing_scope; /* because of it; NULL: for another reason */
    /* the world */
    int64_t now;
    unsigned random_count;
    fake_store_t *store;
    fake_store_t *documents; /* nobody minds when it fails: its calls are not counted */
    int calls;               /* of random, fetch and store so far */
    int fail_at;             /* the number of the call that fails, 0: none */
    int is_unreachable;      /* the user pool: each fetch fails */
    int is_proxy_closed;     /* the way to it: likewise */
    /* the user pool */
    jwt_maker_t *signer;
    int64_t auth_time;     /* of the user's sign-in there; 0: just now, -1: not told */
    const char *subject;   /* of who signs in there */
    const char *nonce;     /* of the last authorize request */
    const char *challenge; /* likewise */
    /* Members added to the ID token, in single quotes: ",'email':'a'". */
    const char *claims;
    const char *access_claims; /* that the access token ends with, likewise */
    const char *refresh_token; /* that good tokens hold */
    const char *token_body;    /* answer of the token endpoint; NULL: good tokens */
    int token_status;
    int rotates;              /* a refresh token is good once, and another one comes */
    int renewals;             /* how often a refresh token was redeemed */
    const char *renewed_body; /* answer to a refresh token; NULL: good tokens */
    int renewed_status;
    void (*on_renewal)(world_t *world);     /* called when a refresh token was redeemed */
    const cog_session_t *kept;              /* by a test, for what it calls back */
    void (*while_fetching)(world_t *world); /* called before each answer */
    const char *userinfo_body;
    int revoke_status;
    apr_array_header_t *fetched; /* cog_fetch_request_t: what was asked for */
    /* the browser */
    apr_table_t *cookies;
    int drops_cookies; /* it keeps none */
    /* called when somebody waits, after the clock has gone on; NULL: nobody */
    void (*while_waiting)(void *world);
    const char *host;     /* that it believes to speak to */
    const char *body;     /* of the next request */
    apr_table_t *headers; /* of the next request, on top of a navigation's */
    /* the meter */
    unsigned events[COG_EVENT_COUNT];
    unsigned call_results[COG_CALL_COUNT][COG_CALL_RESULTS];
    cog_problem_t problem;      /* the last one */
    int is_told_out;            /* the token endpoint is left alone */
    apr_array_header_t *audits; /* cog_audit_t */
    int is_audit_kept;
    /* the log */
    cog_log_level_t log_level;    /* what it takes; all, until told else */
    apr_array_header_t *messages; /* const char * */
};

world_t *world_make(apr_pool_t *pool);

/* Somebody is signed in, and the session is in the store, which is down now. */
world_t *world_make_without_store(apr_pool_t *pool);

/* What the place adds to its logins: to be filled. */
apr_array_header_t *world_place_params(world_t *world);

/* One request of the browser; `target` is path and query. Answered as the glue does it:
 * own URLs by the one function, everything else by the other. Set-Cookie is taken over.
 */
cog_reply_t *world_request(world_t *world, const char *method, const char *target);
cog_reply_t *world_get(world_t *world, const char *target);

/* Take over what other hosts have revoked. */
cog_err_t world_read_revocations(world_t *world, cog_revocation_reader_t *reader);

/* Send to the other hosts what could not be sent before. */
cog_err_t world_send_revocations(world_t *world);

/* Write down that `session`, as somebody has read it, was used just now. */
cog_err_t world_touch(world_t *world, const cog_session_t *session);

/* Put tokens of a session into the store. */
cog_err_t world_put_tokens(world_t *world, const cog_session_t *session,
                           const cog_session_tokens_t *tokens);

/* Set a header of the next request; NULL removes one that a navigation has. */
void world_header(world_t *world, const char *name, const char *value);

/* The query parameter of a URL. */
const char *world_param(const world_t *world, const char *url, const char *name);

/* The callback that the user pool answers to the login in `reply` with: path and query.
 */
const char *world_callback(world_t *world, const cog_reply_t *reply);

/* Go to `target`, sign in, come back: the callback's reply. */
cog_reply_t *world_sign_in(world_t *world, const char *target);

/* May the browser see the page at `/`? */
int world_is_granted(world_t *world);

/* A claim of the user who is granted it; NULL: there is none. */
const char *world_claim(world_t *world, const char *name);

/* Run what a reply leaves to be done after the answer. */
void world_finish(cog_reply_t *reply);

/* An access token of the user pool for the client, as good as `access_claims` leave it.
 */
const char *world_access_token(world_t *world);

/* Was something logged that holds `text`? */
int world_has_logged(const world_t *world, const char *text);

/* How many lines were logged that hold `text`? */
int world_log_count(const world_t *world, const char *text);

/* How often was a URL that holds `text` fetched? */
int world_fetch_count(const world_t *world, const char *text);

#endif
