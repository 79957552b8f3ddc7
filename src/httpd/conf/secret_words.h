/* Secrets in words that tell nothing of them. */
#ifndef COG_HTTPD_CONF_SECRET_WORDS_H
#define COG_HTTPD_CONF_SECRET_WORDS_H

#include <apr_tables.h>

#include "base/secret_source.h"

/* "/usr/bin/program ...", also of a piped log: what stands behind the program's name may
 * be a secret itself. */
const char *cog_secret_words_command(apr_pool_t *pool, const char *command);

/* "file:/etc/cognito/secret", "env:NAME" or "exec:/usr/bin/program ...". */
const char *cog_secret_words_source(apr_pool_t *pool, const cog_secret_source_t *source);

/* The same for a list of cog_secret_source_t, each with the class of its length: "32 to
 * 63 bytes". Programs are not run. */
const char *cog_secret_words(apr_pool_t *pool, const apr_array_header_t *sources);

/* A text that holds `source`, such as the name of a store, without what stands behind the
 * program's name. */
const char *cog_secret_words_hide(apr_pool_t *pool, const char *text,
                                  const cog_secret_source_t *source);

#endif
