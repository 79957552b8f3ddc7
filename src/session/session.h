/* Who is signed in, and for how long. */
#ifndef COG_SESSION_SESSION_H
#define COG_SESSION_SESSION_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/span.h"

#define COG_SESSION_ID_LEN    16
#define COG_SESSION_OWNER_LEN 16

/* Times are seconds since 1970. */
typedef struct {
    int64_t created; /* when the user came back from the hosted UI */
    int64_t seen;    /* last use that was written down */
    /* when the user proved who they are, as the ID token says; else 0. */
    int64_t auth_time;
    int64_t renew_at; /* from then on the claims want to be renewed; 0: never */
    int64_t expires;  /* when the claims end, unless they are renewed; 0: never */
    int64_t renewals; /* how often they were */
    unsigned char id[COG_SESSION_ID_LEN]; /* random, new at each login */
    const char *subject;
    const apr_array_header_t *claims; /* cog_claim_t, sorted by name */
    int is_stored; /* it lives in the store, and the browser holds a reference to it */
} cog_session_t;

/* How long a session lives, in seconds. */
typedef struct {
    int64_t idle_sec;
    int64_t max_sec;
    int64_t least_idle_sec; /* the shortest of all places that the session may be used at:
                             * each has to know whether it was used at another */
} cog_session_limits_t;

/* COG_E_SESSION_EXPIRED when past a limit, or from more than five minutes in the future.
 */
cog_err_t cog_session_check(const cog_session_t *session,
                            const cog_session_limits_t *limits, int64_t now);

/* Is `seen` older than a quarter of the shortest idle limit, so that it is worth a
 * Set-Cookie? */
int cog_session_wants_touch(const cog_session_t *session,
                            const cog_session_limits_t *limits, int64_t now);

/* May its claims be renewed by now? */
int cog_session_wants_renewal(const cog_session_t *session, int64_t now);

/* Have its claims ended, so that they have to be renewed first? */
int cog_session_needs_renewal(const cog_session_t *session, int64_t now);

/* The value of a claim, NULL when absent. */
const char *cog_session_claim(const cog_session_t *session, const char *name);

/* The session id as text, for the log and for bindings: 22 characters. Not a credential.
 */
const char *cog_session_id_text(apr_pool_t *pool, const cog_session_t *session);

/* Whose session it is, without a word of who that is: a digest of its subject, of
 * COG_SESSION_OWNER_LEN bytes. */
void cog_session_owner(const cog_session_t *session, unsigned char *owner);

#endif
