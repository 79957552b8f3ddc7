/* Bearer tokens on the wire: how a client presents one, and how it is told what was wrong
 * (RFC 6750). */
#ifndef COG_OIDC_BEARER_H
#define COG_OIDC_BEARER_H

#include <apr_pools.h>

#include "base/secret.h"

typedef enum {
    COG_BEARER_NONE,     /* no credentials, or of another scheme */
    COG_BEARER_TOKEN,    /* something stands behind the scheme, on one line */
    COG_BEARER_MALFORMED /* nothing does; or there are several lines */
} cog_bearer_kind_t;

/* Read an Authorization header; NULL is none. httpd joins several lines by a comma.
 * `token` is a part of the header, set with COG_BEARER_TOKEN. */
cog_bearer_kind_t cog_bearer_read(const char *authorization, cog_secret_t *token);

/* Is it a b64token (RFC 6750, 2.1)? Such a one holds neither commas nor blanks. */
int cog_bearer_is_wellformed(cog_secret_t token);

/* What WWW-Authenticate says (RFC 6750, 3; RFC 9470, 3; RFC 9728, 5.1). NULL: not said.
 */
typedef struct {
    const char *realm;
    const char *error; /* invalid_request, invalid_token, insufficient_scope */
    const char *description;
    const char *scope;   /* that is needed, separated by spaces */
    const char *max_age; /* of the sign-in that is needed, in seconds */
    const char *resource_metadata;
} cog_challenge_t;

/* Its value. Texts are quoted; a control character in one becomes a space. */
const char *cog_challenge_write(apr_pool_t *pool, const cog_challenge_t *challenge);

#endif
