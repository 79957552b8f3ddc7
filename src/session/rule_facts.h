/* What a rule is judged on: of a user, the texts that may equal a wanted one. */
#ifndef COG_SESSION_RULE_FACTS_H
#define COG_SESSION_RULE_FACTS_H

#include "session/rule.h"

typedef struct {
    apr_array_header_t *values; /* `const char *`: groups, words of a scope, … */
    const char *seen; /* what they were taken from, for the log; NULL: nothing */
} cog_facts_t;

/* Find them for a rule that compares, which COG_RULE_AUTH_AGE and COG_RULE_PROFILE do
 * not. Returns NULL, or why the rule cannot be judged, as the rest of a sentence; then
 * `values` are not set. An address counts only when the user pool has seen that it is
 * theirs, and then its domain. */
const char *cog_rule_facts(apr_pool_t *pool, const cog_rule_t *rule,
                           const cog_principal_t *principal, cog_facts_t *facts);

#endif
