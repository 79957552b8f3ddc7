/* Claims of a user, and what a rule finds in them. */
#ifndef COG_TEST_RULE_JUDGE_H
#define COG_TEST_RULE_JUDGE_H

#include "test/unit/unit.h"

#include "base/claim.h"
#include "session/rule.h"

#define NOW INT64_C(1900000000)

/* short, for tables */
#define FAILS    COG_VERDICT_FAILS
#define HOLDS    COG_VERDICT_HOLDS
#define UNKNOWN  COG_VERDICT_UNKNOWN
#define TEXT     COG_CLAIM_TEXT
#define LIST     COG_CLAIM_LIST
#define OTHER    COG_CLAIM_OTHER
#define NO_CLAIM NULL, TEXT

/* The values of a rule: | stands between them. */
apr_array_header_t *values(apr_pool_t *pool, const char *joined);

/* Claims; with a value of NULL none is added. */
apr_array_header_t *no_claims(apr_pool_t *pool);
void add_claim(apr_array_header_t *claims, const char *name, const char *value,
               cog_claim_kind_t kind);

/* Of a user who has these claims, and signed in ten seconds ago. */
cog_judgement_t judge(apr_pool_t *pool, const cog_rule_t *rule, const char *wanted,
                      const apr_array_header_t *claims);

/* Names the rule in the failure. */
void assert_verdict(const char *rule, cog_verdict_t actual, cog_verdict_t expected);

#endif
