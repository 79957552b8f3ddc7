/* The kinds of `Require cognito-…`: how each is written, and what it is about. */
#ifndef COG_HTTPD_REQUIRE_KIND_H
#define COG_HTTPD_REQUIRE_KIND_H

#include <apr_pools.h>

#include "session/rule.h"

#define COG_REQUIRE_MAX_NAME 128 /* of a claim, or the id of an app client */

typedef struct {
    const char *type;    /* cognito-group */
    const char *form;    /* what may stand behind it, for messages */
    const char *subject; /* what its rule is about; NULL: the claim that is named */
    /* Returns what is wrong with a value, as the rest of a sentence, or NULL. NULL: what
     * stands there is no list of values. */
    const char *(*check)(apr_pool_t *pool, const char *value);
    const char *claims[3]; /* what it needs of a session; NULL ends them */
} cog_require_kind_t;

const cog_require_kind_t *cog_require_kind(cog_rule_kind_t kind);

#endif
