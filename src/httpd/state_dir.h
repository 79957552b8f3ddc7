/* Where this module keeps files of its own from one start of httpd to the next. */
#ifndef COG_HTTPD_STATE_DIR_H
#define COG_HTTPD_STATE_DIR_H

#include <apr_pools.h>

/* The path of a file of this name: the system's httpd keeps it in the state directory
 * that configure was told, one with another ServerRoot in its DefaultRuntimeDir. */
const char *cog_state_path(apr_pool_t *pool, const char *name);

#endif
