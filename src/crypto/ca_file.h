/* A file of trusted certificates. */
#ifndef COG_CRYPTO_CA_FILE_H
#define COG_CRYPTO_CA_FILE_H

#include <apr_pools.h>

/* Check that the file at `path` holds certificates in PEM form, one or more, and no
 * broken one. Returns NULL, or what is wrong, as the rest of a sentence. */
const char *cog_ca_file_check(apr_pool_t *scratch, const char *path);

#endif
