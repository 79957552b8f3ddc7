/* What the glue shall do with a request. */
#ifndef COG_FLOW_REPLY_H
#define COG_FLOW_REPLY_H

#include <apr_tables.h>
#include <jansson.h>

#include "base/error.h"
#include "session/session.h"

typedef struct cog_flow_t cog_flow_t; /* flow/flow.h */

typedef enum {
    COG_REPLY_GRANT,    /* let it through as `session`'s user, or as `bearer` */
    COG_REPLY_PASS,     /* let it through as nobody's */
    COG_REPLY_REDIRECT, /* `status` (302 or 303) to `location` */
    COG_REPLY_JSON,     /* `status` with `json` */
    COG_REPLY_TEXT,     /* `status` with `text`, which is ASCII */
    COG_REPLY_PAGE      /* `status` with `page` */
} cog_reply_kind_t;

/* A page in plain words. All texts are plain text, in English and marked by COG_SAY; the
 * glue translates and escapes them. */
typedef struct {
    const char *title;
    const char *cause;     /* what has happened */
    const char *detail;    /* what it is about, in the user pool's words; NULL: nothing */
    const char *action;    /* what the user can do; NULL: nothing to say */
    const char *link;      /* path or URL of the one button; "" is this very page again;
                            * NULL: no button */
    const char *link_text; /* its label */
    int is_form;           /* the button is a POST to `link` */
    const apr_array_header_t *fields; /* that it sends, hidden: cog_param_t, where NULL is
                                       * the value of a file not chosen; NULL: none */
    int is_multipart;                 /* it sends them as multipart/form-data */
    int is_sent_at_once;              /* by a script, where scripts run */
    const char *incident; /* for the conversation with the admin, also of answers that are
                           * no page; NULL: none */
} cog_page_t;

typedef struct cog_reply_t {
    cog_reply_kind_t kind;
    int status;
    const char *location;
    const char *json;
    const char *text;
    cog_page_t page;
    int is_for_all_origins; /* scripts of any site may read it (CORS) */
    int kept_sec;           /* anybody may keep it so long; 0: nobody may */
    int retry_after_sec;    /* 0: no Retry-After */
    const char *allow;      /* for 405: value of Allow */
    /* `const char *`: Set-Cookie values, also when granted; NULL: none. */
    apr_array_header_t *cookies;
    const cog_session_t *session;
    const struct cog_session_tokens_t *tokens; /* of `session`, written a moment ago;
                                                * NULL: they are where they were */
    const struct cog_bearer_t *bearer; /* granted by this (flow/bearer/bearer.h); NULL: by
                                        * a session */
    const char *challenge; /* WWW-Authenticate; NULL: what a 401 needs at least */
    cog_err_t error;       /* why; COG_OK when all is well */
    /* What is left to do when the answer has been sent, of our own URLs only; NULL:
     * nothing. The flow, its pool and its ports must still live then. */
    void (*afterwards)(void *context);
    void *afterwards_context;
} cog_reply_t;

/* Its Set-Cookie values; most have none, and no list of them before this. */
apr_array_header_t *cog_reply_cookies(const cog_flow_t *flow, cog_reply_t *reply);

void cog_reply_redirect(cog_reply_t *reply, int status, const char *location);

/* Answer with `object`, which is the caller's. */
void cog_reply_json(apr_pool_t *pool, cog_reply_t *reply, int status, json_t *object);

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
