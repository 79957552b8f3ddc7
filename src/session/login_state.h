/* A login in flight: what is remembered between the redirect to the hosted UI and the
 * callback. It travels twice: all of it sealed in a cookie, and a short sealed `state` in
 * the URL that names the cookie and survives its loss. */
#ifndef COG_SESSION_LOGIN_STATE_H
#define COG_SESSION_LOGIN_STATE_H

#include <apr_pools.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "crypto/seal.h"

#define COG_LOGIN_ID_LEN      16
#define COG_LOGIN_MAX         8         /* at once in one browser */
#define COG_LOGIN_SEC         (15 * 60) /* a login must be done by then */
#define COG_LOGIN_MAX_RETURN  1000      /* bytes of return_to in the cookie */
#define COG_LOGIN_COOKIE_ROOM 2048      /* bytes of all login cookies of one browser */
#define COG_STATE_MAX_RETURN  160       /* a longer return_to is only in the cookie */

typedef struct {
    unsigned char id[COG_LOGIN_ID_LEN]; /* random; ties cookie and state together */
    int64_t created;                    /* seconds since 1970 */
    int attempt;                        /* 0, or up to 2 for a repeated login */
    int64_t max_age_sec; /* the sign-in must not be longer ago; 0: it may be */
    const char *client;  /* name of the <CognitoClient>, "" for the default */
    const char
        *client_mark; /* cog_client_mark(): which one of which user pool that was */
    const char *nonce;
    cog_secret_t code_verifier;
    const char *redirect_uri;
    const char *return_to;
    const char *provider; /* the identity provider that the user has chosen; "" none */
    const char *form;     /* where flow/login/kept_form keeps a form for it; "" nowhere */
} cog_login_state_t;

/* New id, nonce (22 characters) and verifier (43); the rest is the caller's to fill in.
 */
cog_err_t cog_login_state_make(apr_pool_t *pool, const cog_random_t *random,
                               cog_login_state_t **login);

/* The cookie's name: style prefix, "login_", 8 characters of the id. */
const char *cog_login_cookie_name(apr_pool_t *pool, const char *prefix,
                                  const cog_login_state_t *login);

/* The cookie's value; bound to its name. */
cog_err_t cog_login_state_seal(apr_pool_t *pool, const cog_sealer_t *sealer,
                               const cog_login_state_t *login, const char *cookie_name,
                               const char **value);

/* COG_E_STATE_MISMATCH for whatever is wrong with it. */
cog_err_t cog_login_state_unseal(apr_pool_t *pool, const cog_keyring_t *keyring,
                                 cog_span_t value, const char *cookie_name,
                                 cog_login_state_t **login);

/* The `state` parameter: id, attempt, created, max_age_sec, and return_to when it is
 * short. */
cog_err_t cog_login_state_write(apr_pool_t *pool, const cog_sealer_t *sealer,
                                const cog_login_state_t *login, const char **state);

/* Read a `state`: only id, attempt, created, max_age_sec and return_to ("/" when it was
 * long) are filled in, provider and form are "". COG_E_STATE_MISMATCH when it is none of
 * ours. */
cog_err_t cog_login_state_read(apr_pool_t *pool, const cog_keyring_t *keyring,
                               const char *state, cog_login_state_t **login);

/* Same login, in constant time? */
int cog_login_state_is_same(const cog_login_state_t *a, const cog_login_state_t *b);

#endif
