/* The documents that a user pool publishes, discovery and key sets: one process of the
 * host fetches them for all, and the last good ones outlive restarts. */
#ifndef COG_FLOW_DOCUMENT_H
#define COG_FLOW_DOCUMENT_H

#include <apr_time.h>

#include "base/error.h"
#include "base/span.h"
#include "flow/flow.h"

/* At most that long they bridge an outage. */
#define COG_DOCUMENT_KEPT_SEC (7 * 24 * 3600)

#define COG_AHEAD_PAUSE_SEC 60

typedef enum {
    COG_DOCUMENT_RECENT, /* one that is newer than a moment */
    COG_DOCUMENT_NEWER,  /* the same, and the fetches are throttled: anybody can make a
                            token that seems to need one */
    COG_DOCUMENT_AHEAD,  /* the same, before anybody needs one: this host tries once in
                            COG_AHEAD_PAUSE_SEC and does not wait for long */
    COG_DOCUMENT_KEPT    /* the last good one, of any age; nothing is fetched */
} cog_document_kind_t;

typedef struct {
    cog_document_kind_t kind;
    apr_time_t than; /* the moment */
} cog_document_freshness_t;

typedef struct {
    cog_call_kind_t call;     /* the caller says: by what kind of call it is fetched */
    cog_document_kind_t kind; /* as it was asked for */
    int status;               /* of HTTP */
    cog_span_t body;
    apr_time_t fetched_at;
    int is_kept; /* nobody was asked for it */
} cog_document_t;

/* Get the document at `url`: what is kept when it will do, else it is fetched, by one
 * process of the host at a time. While another one fetches, or has failed a moment ago,
 * COG_DOCUMENT_RECENT takes what is kept although it is older, if there is something.
 * Otherwise the error of the fetch, here or there. COG_E_NOT_FOUND: nothing is kept, or
 * nothing newer was got a moment ago, or it is not the time for COG_DOCUMENT_AHEAD. */
cog_err_t cog_document_get(const cog_flow_t *flow, const char *url,
                           const cog_document_freshness_t *freshness,
                           cog_document_t *document);

/* Has its server no time for it now (429, or 5xx)? */
int cog_document_is_overload(const cog_document_t *document);

/* After a look at the document, which came to `err`: keep it for all processes and the
 * next start, or tell them that it was no good, and why. Returns `err`. */
cog_err_t cog_document_finish(const cog_flow_t *flow, const char *url,
                              const cog_document_t *document, cog_err_t err);

#endif
