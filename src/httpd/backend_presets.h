/* Header dialects: under which names, and in which form, a backend hears of its user.
 * Each is a table; the first one is our own. */
#ifndef COG_HTTPD_BACKEND_PRESETS_H
#define COG_HTTPD_BACKEND_PRESETS_H

#include <apr_pools.h>

#include "base/claim.h"
#include "flow/assertion/assertion.h"

/* Where a header's value comes from. */
typedef enum {
    COG_SENT_ALL,      /* every exported claim; `header` begins the header's name */
    COG_SENT_CLAIM,    /* one claim, where it is exported and there */
    COG_SENT_USER,     /* REMOTE_USER */
    COG_SENT_ID_TOKEN, /* a raw token, where CognitoTokens asks for it */
    COG_SENT_ACCESS_TOKEN,
    COG_SENT_ACCESS_END, /* in seconds since 1970, beside that token */
    COG_SENT_ASSERTION   /* signed, in the form of the dialect */
} cog_sent_t;

/* One header. */
typedef struct {
    const char *header; /* NULL ends the list */
    cog_sent_t source;
    const char *claim; /* of COG_SENT_CLAIM */
} cog_sent_header_t;

/* One dialect. */
typedef struct {
    const char *name; /* as CognitoBackend has it; NULL ends the table */
    const cog_sent_header_t *headers;
    const char *const *patterns; /* all names of the dialect, folded: they come from no
                                  * client */
    /* The name of a header of COG_SENT_ALL. */
    const char *(*name_of)(apr_pool_t *pool, const char *prefix, const char *claim);
    const char *variables; /* what variables begin with that are called like the headers;
                            * NULL: they are COGNITO_* */
    const char *id_token_variable;
    const char *access_token_variable;
    const char *access_end_variable; /* NULL: there is none */
    int has_digits;                  /* booleans are 1 and 0 */
    int has_quotes;                  /* elements of lists stand in quotes */
    const char *list_escapes; /* what must not show in an element of a list, beside what
                               * cog_text_join() encodes */
    cog_assertion_form_t assertion; /* the form of COG_SENT_ASSERTION */
    int exports;                    /* CognitoExport, where it is not written */
    int tokens;                     /* CognitoTokens, likewise */
} cog_backend_t;

/* The first row of the table: X-Cognito-*. */
#define COG_BACKEND_OWN 0

/* The row of this name, in any case; -1 when there is none. */
int cog_backend_find(const char *name);

const cog_backend_t *cog_backend_at(int row);

/* All names, for a message: "cognito, …, authelia or grafana". */
const char *cog_backend_names(apr_pool_t *pool);

/* A value as the dialect has it, not yet encoded for a header. */
const char *cog_backend_value(apr_pool_t *pool, const cog_backend_t *backend,
                              cog_claim_kind_t kind, const char *value);

#endif
