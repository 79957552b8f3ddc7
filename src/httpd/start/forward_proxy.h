/* Sections that would ask the users of a forward proxy to sign in. */
#ifndef COG_HTTPD_START_FORWARD_PROXY_H
#define COG_HTTPD_START_FORWARD_PROXY_H

#include "httpd/conf/tree.h"

/* At start: warn of each AuthType Cognito in <Proxy> where ProxyRequests is on. It may be
 * right for the reverse side of the same host. */
void cog_forward_proxy_warn(apr_pool_t *scratch, const cog_tree_t *tree);

#endif
