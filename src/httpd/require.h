/* `Require cognito-…` at request time: mod_authz_core asks, the rules answer. */
#ifndef COG_HTTPD_REQUIRE_H
#define COG_HTTPD_REQUIRE_H

#include <httpd.h>

#include "session/rule.h"

/* One evaluation of all that a place requires, by mod_authz_core, for a request whose
 * user is known. */
typedef struct cog_evaluation_t {
    request_rec *r;
    const cog_principal_t *principal; /* made for the first question; NULL before */
    apr_array_header_t *unmet; /* `const char *`: lines that deny; NULL: none yet */
    const char *scope;         /* that would have helped, separated by spaces; or NULL */
    const char *lacking;       /* claims of a profile that the user has not; or NULL */
    int is_stuck;              /* one could not be judged, so httpd speaks of an error */
    int assumes_fresh;         /* take it that the user has signed in just now */
    int64_t assumed_sec;       /* the shortest age that was taken so; 0: none was */
} cog_evaluation_t;

/* Announce the authorization types to httpd. */
void cog_require_register(apr_pool_t *pool);

/* Was a line asked that denies those who meet it, while nobody knew who it is? Then
 * somebody has to find out, although no other line asks for it. */
int cog_require_needs_user(request_rec *r);

#endif
