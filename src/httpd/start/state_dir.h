/* Where this module keeps files of its own from one start of httpd to the next. */
#ifndef COG_HTTPD_START_STATE_DIR_H
#define COG_HTTPD_START_STATE_DIR_H

#include <apr_file_info.h>

/* The path of a file of this name: the system's httpd keeps it in the state directory
 * that configure was told, one with another ServerRoot in its DefaultRuntimeDir. */
const char *cog_state_path(apr_pool_t *pool, const char *name);

#define COG_STATE_FINFO (APR_FINFO_TYPE | APR_FINFO_OWNER | APR_FINFO_PROT)

/* May somebody else have made this file, or change it? COG_STATE_FINFO is known of it.
 * Returns NULL, or the rest of a sentence about it. */
const char *cog_state_file_problem(const apr_finfo_t *info);

#endif
