/* What the module remembers of a request, once for all that httpd makes of it:
 * subrequests, internal redirects and error documents find it through the request that
 * the client has sent. Nothing outlives that request. */
#ifndef COG_HTTPD_MEMO_H
#define COG_HTTPD_MEMO_H

#include <httpd.h>

#include "flow/bearer/bearer.h"
#include "flow/conf.h"
#include "flow/reply.h"
#include "session/session.h"

/* For one client of the virtual host: who comes by a session, or who comes by a token. */
typedef struct cog_identity_t {
    const cog_client_conf_t *client;
    const cog_session_t *session;
    const cog_bearer_t *bearer; /* NULL: by a session */
    struct cog_identity_t *next;
} cog_identity_t;

typedef struct {
    request_rec *root;         /* the request as the client sent it; all is on its pool */
    const char *path;          /* of its target, as sent, not decoded */
    const char *query;         /* as sent; NULL when there is none */
    const char *authorization; /* its Authorization header; NULL when none */
    int is_clean; /* spoofed headers and our own cookies have been taken out */
    apr_array_header_t *cookies;         /* our own ones: cog_cookie_t; NULL when none */
    struct cog_evaluation_t *evaluation; /* of Require, while it is going on; else NULL */
    int has_expressions; /* Require has compared with one, whose value may depend on
                          * the URI */
    const char *exported_prefix;   /* what variables begin with that now tell scripts who
                                    * the client is, beside COGNITO_; NULL: none */
    apr_table_t *exported_headers; /* the names of headers that now tell backends who the
                                    * client is; NULL: none */
    cog_identity_t *identities;    /* who the client is; hardly ever more than one */
    const request_rec *admitted;   /* by us, where AuthType is ours: the last one of those
                                    * that httpd makes of this, but for subrequests, which
                                    * do not live as long as this; NULL: none */
    const cog_reply_t *reply;      /* the last one at a protected place, which may know
                                    * tokens that no cookie has brought yet */
} cog_memo_t;

/* Made when it is asked for the first time; never NULL. */
cog_memo_t *cog_memo_of(request_rec *r);

/* To whom this request was granted before, at a place that is judged as this one: by the
 * session, or by the token. Neither counts for the other. NULL: to nobody. */
const cog_identity_t *cog_memo_identity(const cog_memo_t *memo, const cog_place_t *place);

/* Its session; NULL when there is none. */
const cog_session_t *cog_memo_session(const cog_memo_t *memo, const cog_place_t *place);

/* Remember to whom it was granted. */
void cog_memo_keep_identity(cog_memo_t *memo, const cog_place_t *place,
                            const cog_reply_t *reply);

#endif
