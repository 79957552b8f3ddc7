/* What stands in the configuration's sections, as far as it is needed at start: httpd
 * keeps the tree of all directives that were read. */
#ifndef COG_HTTPD_CONF_TREE_H
#define COG_HTTPD_CONF_TREE_H

#include <httpd.h>
#include <http_config.h>

/* One `AuthType Cognito`, `CognitoUse NAME`, or directive that makes use of users. */
typedef struct {
    server_rec *s;                 /* the virtual host around it */
    const char *value;             /* Cognito, or the name */
    const char *place;             /* "FILE:LINE" */
    const ap_directive_t *line;    /* itself */
    const ap_directive_t *section; /* around it; NULL: none */
    int sets_claims;               /* CognitoClaims stands in the same section */
    int sets_user;                 /* CognitoRemoteUser does */
} cog_written_t;

typedef struct {
    server_rec *main_server;
    apr_array_header_t *auth_types;     /* cog_written_t */
    apr_array_header_t *uses;           /* cog_written_t */
    apr_array_header_t *resources;      /* cog_written_t: CognitoResource */
    apr_array_header_t *proxy_requests; /* cog_written_t: ProxyRequests on, or off */
    apr_array_header_t *satisfies;      /* cog_written_t: Satisfy Any, or All */
    apr_array_header_t *needs; /* cog_written_t: Require of more than an address, or
                                * CognitoUnauthenticated pass */
} cog_tree_t;

const cog_tree_t *cog_tree_read(apr_pool_t *pool, server_rec *main_server);

/* Is it the <VirtualHost> that `s` was made of? */
int cog_tree_is_section_of(const ap_directive_t *section, const server_rec *s);

/* The first AuthType Cognito in this virtual host itself; NULL when there is none. */
const cog_written_t *cog_tree_auth_type(const cog_tree_t *tree, const server_rec *s);

/* "FILE:LINE" of the only directive of this name in this virtual host, or else in the
 * main server; NULL when there is none, or more than one. */
const char *cog_tree_place(apr_pool_t *pool, const cog_tree_t *tree, const server_rec *s,
                           const char *name);

#endif
