/* From the configuration files to sites that serve: at start and at each restart. */
#ifndef COG_HTTPD_START_LIFECYCLE_H
#define COG_HTTPD_START_LIFECYCLE_H

#include <httpd.h>
#include <http_config.h>

/* Hook check_config, which `apachectl -t` runs too: every setting, together with the
 * others. Changes nothing. */
int cog_lifecycle_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                               server_rec *s);

/* Hook post_config: read the secrets, make the sites, say what must be registered. */
int cog_lifecycle_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                              server_rec *s);

#endif
