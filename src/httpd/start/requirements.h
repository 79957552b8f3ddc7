/* Lines of Require that do not do what they look like. */
#ifndef COG_HTTPD_START_REQUIREMENTS_H
#define COG_HTTPD_START_REQUIREMENTS_H

#include "httpd/conf/tree.h"

/* Warn of each `Require cognito-…` that another line beside it makes pointless, of each
 * whose value looks like a list, and of each where nobody is asked to sign in; of each
 * `Satisfy Any` that leaves nobody to ask. */
void cog_requirements_warn(apr_pool_t *scratch, const cog_tree_t *tree);

#endif
