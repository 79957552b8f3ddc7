/* What the administrator should know about sites that start. */
#ifndef COG_HTTPD_START_ADVICE_H
#define COG_HTTPD_START_ADVICE_H

#include <httpd.h>

#include "httpd/conf/resolve.h"

/* `hosts` are cog_host_t. What works, but is seldom meant: http, cookies of two hosts
 * that displace each other.
 */
void cog_advise_warnings(apr_pool_t *scratch, const apr_array_header_t *hosts);

/* The URLs that the app clients must know. */
void cog_advise_urls(apr_pool_t *scratch, const apr_array_header_t *hosts);

#endif
