/* From what was written for a virtual host to its site: complete, checked, read-only.
 * Each step returns a problem, or NULL. */
#ifndef COG_HTTPD_CONF_RESOLVE_H
#define COG_HTTPD_CONF_RESOLVE_H

#include "httpd/conf.h"
#include "httpd/site.h"
#include "httpd/start.h"
#include "httpd/tree.h"

/* A virtual host that is being resolved. */
typedef struct {
    cog_start_t *start;
    const cog_tree_t *tree;
    server_rec *s;
    const cog_server_conf_t *written;
    cog_conf_t *conf; /* filled step by step */
    cog_site_t *site;
} cog_resolve_t;

/* All steps. `site` is NULL where no client is configured. */
const char *cog_resolve_site(cog_start_t *start, const cog_tree_t *tree, server_rec *s,
                             const cog_site_t **site);

/* The steps, in their order. */
const char *cog_resolve_urls(cog_resolve_t *host);
const char *cog_resolve_cookies(cog_resolve_t *host);
void cog_resolve_kept_claims(cog_resolve_t *host);
const char *cog_resolve_clients(cog_resolve_t *host);

#endif
