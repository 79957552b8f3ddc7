#include "test/unit/session/rule_judge.h"

#include <apr_strings.h>

static const char *const verdict_names[] = {"FAILS", "HOLDS", "UNKNOWN"};

apr_array_header_t *values(apr_pool_t *pool, const char *joined)
{
    apr_array_header_t *list = apr_array_make(pool, 2, sizeof(const char *));
    char *rest = apr_pstrdup(pool, joined);

    while (rest) {
        char *end = strchr(rest, '|');

        APR_ARRAY_PUSH(list, const char *) = rest;
        if (end) {
            *end++ = '\0';
        }
        rest = end;
    }
    return list;
}

apr_array_header_t *no_claims(apr_pool_t *pool)
{
    return apr_array_make(pool, 4, sizeof(cog_claim_t));
}

void add_claim(apr_array_header_t *claims, const char *name, const char *value,
               cog_claim_kind_t kind)
{
    if (value) {
        APR_ARRAY_PUSH(claims, cog_claim_t) = (cog_claim_t){name, value, kind};
    }
}

cog_judgement_t judge(apr_pool_t *pool, const cog_rule_t *rule, const char *wanted,
                      const apr_array_header_t *claims)
{
    cog_principal_t principal = {claims, "app", 1, NOW - 10, NOW};
    cog_judgement_t judgement;

    cog_rule_judge(pool, rule, values(pool, wanted), &principal, &judgement);
    assert_true((judgement.verdict == UNKNOWN) == (judgement.why != NULL));
    return judgement;
}

void assert_verdict(const char *rule, cog_verdict_t actual, cog_verdict_t expected)
{
    if (actual != expected) {
        fail_msg("\"%s\": %s instead of %s", rule, verdict_names[actual],
                 verdict_names[expected]);
    }
}
