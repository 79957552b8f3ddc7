/* s/PATTERN/SUBSTITUTE/[i], as CognitoRemoteUser takes it behind a claim. */
#ifndef COG_HTTPD_CONF_SUBSTITUTION_H
#define COG_HTTPD_CONF_SUBSTITUTION_H

#include <apr_pools.h>

#include "httpd/conf.h"

/* Does it look like a substitution: an `s` and a character that is no letter, no digit
 * and no `_`? */
int cog_substitution_is_meant(const char *text);

/* Parse it into `claim`. Any character may stand for the `/`; behind `\` it stands for
 * itself. Returns NULL, or what is wrong, as the rest of a sentence. */
const char *cog_substitution_parse(apr_pool_t *pool, const char *text,
                                   cog_user_claim_t *claim);

#endif
