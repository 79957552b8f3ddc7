/* What a flow may know of a request. */
#ifndef COG_FLOW_REQUEST_H
#define COG_FLOW_REQUEST_H

#include <apr_pools.h>

#include "flow/conf.h"

typedef struct cog_request_t cog_request_t;

struct cog_request_t {
    const char *method;
    const char *path;  /* as sent, not decoded */
    const char *query; /* as sent; NULL when there is none */
    const char
        *host; /* of the Host header; only ever compared with the configured origins */
    const apr_array_header_t *cookies; /* our own ones: cog_cookie_t; NULL when none */
    const char *authorization; /* the Authorization header as sent; NULL when none */
    const char *client_ip;
    void *context; /* of the two functions */
    /* A request header, NULL when absent. */
    const char *(*header)(const cog_request_t *request, const char *name);
    /* What holds at another path of this virtual host; never NULL. */
    const cog_place_t *(*place_of)(const cog_request_t *request, const char *path);
};

#endif
