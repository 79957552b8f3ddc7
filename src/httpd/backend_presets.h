/* Header dialects: under which names, and in which form, a backend hears of its user. */
#ifndef COG_HTTPD_BACKEND_PRESETS_H
#define COG_HTTPD_BACKEND_PRESETS_H

#include <apr_pools.h>

/* Where a header's value comes from. */
typedef enum {
    COG_SENT_ALL,   /* every exported claim; `header` begins the header's name */
    COG_SENT_CLAIM, /* one claim, where it is exported */
    COG_SENT_USER   /* REMOTE_USER */
} cog_sent_t;

/* One header. */
typedef struct {
    const char *header; /* NULL ends the list */
    cog_sent_t source;
    const char *claim; /* of COG_SENT_CLAIM */
} cog_sent_header_t;

/* One dialect. */
typedef struct {
    const char *name; /* as CognitoBackend has it */
    const cog_sent_header_t *headers;
    const char *const *patterns; /* all names of the dialect, folded: they come from no
                                  * client */
} cog_backend_t;

/* The module's own, X-Cognito-*. */
const cog_backend_t *cog_backend_own(void);

#endif
