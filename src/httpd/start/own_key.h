/* The key that seals cookies where no CognitoSecret is written: made once and kept. */
#ifndef COG_HTTPD_START_OWN_KEY_H
#define COG_HTTPD_START_OWN_KEY_H

#include <apr_pools.h>

#include "base/secret.h"

/* Where it is kept. */
const char *cog_own_key_path(apr_pool_t *pool);

/* Read it. One that is missing is made when `may_make`, else it stays unset; one that is
 * there but unusable is never replaced. Returns NULL or a sentence for the
 * administrator. */
const char *cog_own_key_load(apr_pool_t *pool, int may_make, cog_secret_t *secret);

#endif
