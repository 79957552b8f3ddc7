/* What a flow may know of a request. */
#ifndef COG_FLOW_REQUEST_H
#define COG_FLOW_REQUEST_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/span.h"
#include "flow/conf.h"

typedef struct cog_request_t cog_request_t;

struct cog_request_t {
    const char *method;
    const char *path;                  /* as sent, not decoded */
    const char *query;                 /* as sent; NULL when there is none */
    const apr_array_header_t *cookies; /* our own ones: cog_cookie_t; NULL when none */
    const char *authorization; /* the Authorization header as sent; NULL when none */
    const char *client_ip;
    void *context; /* of the functions */
    /* A request header, NULL when absent. Host is only ever compared with the configured
     * origins. */
    const char *(*header)(const cog_request_t *request, const char *name);
    /* The whole body, followed by a NUL that is not counted. COG_E_TOO_LARGE when it has
     * more than `limit` bytes, COG_E_BAD_QUERY when it does not come whole. */
    cog_err_t (*read_body)(const cog_request_t *request, apr_pool_t *pool, size_t limit,
                           cog_span_t *body);
    /* What holds at another path of this virtual host; never NULL. */
    const cog_place_t *(*place_of)(const cog_request_t *request, const char *path);
};

#endif
