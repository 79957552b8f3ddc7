/* A <Location> whose Require is undone by one that stands behind it. */
#ifndef COG_HTTPD_START_ORDER_H
#define COG_HTTPD_START_ORDER_H

#include "httpd/conf/tree.h"

/* Warn of each. httpd merges sections in the order of the configuration, not of their
 * paths: of two that are about a request the Require of the last one holds. */
void cog_order_warn(apr_pool_t *scratch, const cog_tree_t *tree);

#endif
