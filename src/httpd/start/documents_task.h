/* Fetching discovery documents and key sets anew before they are too old, so that nobody
 * has to wait for that: by one child of this host, while nobody asks. */
#ifndef COG_HTTPD_START_DOCUMENTS_TASK_H
#define COG_HTTPD_START_DOCUMENTS_TASK_H

#include <httpd.h>

#include "httpd/site.h"

/* In post_config, for a site. Without mod_watchdog whoever comes first fetches them. */
void cog_documents_task_add(apr_pool_t *pconf, server_rec *s, const cog_site_t *site);

#endif
