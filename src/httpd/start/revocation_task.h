/* Reading which sessions other hosts have revoked, and sending them what could not be
 * sent before: once a second, by one child of this host. */
#ifndef COG_HTTPD_START_REVOCATION_TASK_H
#define COG_HTTPD_START_REVOCATION_TASK_H

#include <httpd.h>

#include "httpd/site.h"

/* In post_config, for a site; nothing where no other host uses its store, or another site
 * has the same store and keys. */
void cog_revocation_task_add(apr_pool_t *pconf, server_rec *s, const cog_site_t *site,
                             apr_array_header_t *added);

#endif
