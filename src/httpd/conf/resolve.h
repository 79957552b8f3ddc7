/* From what was written for a virtual host to its site: complete, checked, read-only.
 * Each step returns a problem, or NULL. */
#ifndef COG_HTTPD_CONF_RESOLVE_H
#define COG_HTTPD_CONF_RESOLVE_H

#include "httpd/conf.h"
#include "httpd/conf/tree.h"
#include "httpd/site.h"
#include "httpd/start/start.h"

/* Sessions must fit LimitRequestFieldSize together with the cookies of logins in flight
 * and those of the application: 2 kB each. */
#define COG_OTHER_COOKIES 4096

/* A virtual host that is being resolved. */
typedef struct {
    cog_start_t *start;
    const cog_tree_t *tree;
    server_rec *s;
    const cog_server_conf_t *written;
    cog_conf_t *conf; /* filled step by step */
    cog_site_t *site;
    int is_incomplete; /* the problem is that something is missing */
} cog_resolve_t;

/* What has become of a virtual host, or of the main server. */
typedef struct {
    server_rec *s;
    const cog_server_conf_t *written;
    const cog_site_t *site; /* NULL: nothing to do, or a problem */
    const char *problem;    /* NULL: none */
    int is_incomplete;      /* no more than what a host inherits that it is not for */
} cog_host_t;

/* All steps. */
void cog_resolve_host(cog_start_t *start, const cog_tree_t *tree, server_rec *s,
                      cog_host_t *result);

/* The steps, in their order. */
const char *cog_resolve_urls(cog_resolve_t *host);
const char *cog_resolve_cookies(cog_resolve_t *host);
void cog_resolve_kept_claims(cog_resolve_t *host);
void cog_resolve_backends(cog_resolve_t *host);
const char *cog_resolve_clients(cog_resolve_t *host);
const char *cog_resolve_resources(cog_resolve_t *host);
const char *cog_resolve_sessions(cog_resolve_t *host);

#endif
