#include "session/rule.h"

#include <apr_cstr.h>
#include <apr_strings.h>
#include <string.h>

#include "base/claim.h"
#include "base/text.h"
#include "session/rule_facts.h"

#define ANY_BELOW "*."

/* clocks of several hosts agree only so far */
#define MAX_AHEAD_SEC 300

static int is_below(const char *domain, const char *parent)
{
    size_t len = strlen(domain);
    size_t parent_len = strlen(parent);

    return len > parent_len + 1 && domain[len - parent_len - 1] == '.' &&
           apr_cstr_casecmp(domain + len - parent_len, parent) == 0;
}

static int is_domain(const char *domain, const char *wanted)
{
    if (cog_text_begins(wanted, ANY_BELOW)) {
        return is_below(domain, wanted + strlen(ANY_BELOW));
    }
    return apr_cstr_casecmp(domain, wanted) == 0;
}

static int is_any_wanted(cog_rule_kind_t kind, const cog_facts_t *facts,
                         const char *wanted)
{
    for (int i = 0; *wanted && i < facts->values->nelts; ++i) {
        const char *value = APR_ARRAY_IDX(facts->values, i, const char *);

        if (kind == COG_RULE_EMAIL_DOMAIN ? is_domain(value, wanted)
                                          : strcmp(value, wanted) == 0) {
            return 1;
        }
    }
    return 0;
}

static void compare(cog_rule_kind_t kind, const cog_facts_t *facts,
                    const apr_array_header_t *wanted, cog_judgement_t *judgement)
{
    for (int i = 0; i < wanted->nelts; ++i) {
        const char *value = APR_ARRAY_IDX(wanted, i, const char *);

        if (is_any_wanted(kind, facts, value)) {
            *judgement =
                (cog_judgement_t){.verdict = COG_VERDICT_HOLDS, .seen = facts->seen};
            return;
        }
        if (!*value) {
            judgement->verdict = COG_VERDICT_UNKNOWN;
            judgement->why = "would be compared with a value that is empty";
        }
    }
}

static cog_verdict_t match_one(const cog_pattern_t *pattern, const char *value,
                               const char **why)
{
    cog_verdict_t verdict;

    if (strlen(value) > COG_RULE_MAX_MATCHED) {
        *why = "is too long for a pattern";
        return COG_VERDICT_UNKNOWN;
    }
    verdict = pattern->match(pattern->context, value);
    if (verdict == COG_VERDICT_UNKNOWN) {
        *why = "is too much work for the pattern";
    }
    return verdict;
}

/* Stops at the first that is no clear miss: so a pattern that runs wild runs once. */
static void match(const cog_pattern_t *pattern, const cog_facts_t *facts,
                  cog_judgement_t *judgement)
{
    const apr_array_header_t *values = facts->values;

    for (int i = 0; judgement->verdict == COG_VERDICT_FAILS && i < values->nelts; ++i) {
        judgement->verdict =
            match_one(pattern, APR_ARRAY_IDX(values, i, const char *), &judgement->why);
    }
    judgement->gave_up = judgement->verdict == COG_VERDICT_UNKNOWN;
}

int cog_auth_time_is_within(int64_t auth_time, int64_t age_sec, int64_t now)
{
    return auth_time > 0 && auth_time <= now + MAX_AHEAD_SEC &&
           auth_time >= now - age_sec;
}

static void judge_age(apr_pool_t *pool, const cog_rule_t *rule,
                      const cog_principal_t *principal, cog_judgement_t *judgement)
{
    if (principal->auth_time <= 0) {
        judgement->verdict = COG_VERDICT_UNKNOWN;
        judgement->why = "is missing";
        return;
    }
    judgement->seen = apr_psprintf(pool, "%" APR_INT64_T_FMT " s",
                                   principal->now - principal->auth_time);
    if (cog_auth_time_is_within(principal->auth_time, rule->age_sec, principal->now)) {
        judgement->verdict = COG_VERDICT_HOLDS;
    }
}

/* An access token says little about its user: what is missing is not known to be empty.
 */
static void judge_profile(apr_pool_t *pool, const apr_array_header_t *wanted,
                          const cog_principal_t *principal, cog_judgement_t *judgement)
{
    apr_array_header_t *missing = apr_array_make(pool, 2, sizeof(const char *));

    for (int i = 0; i < wanted->nelts; ++i) {
        const char *name = APR_ARRAY_IDX(wanted, i, const char *);
        const cog_claim_t *claim = cog_claims_find(principal->claims, name);

        if (!claim || !*claim->value) {
            APR_ARRAY_PUSH(missing, const char *) = name;
        }
    }
    if (apr_is_empty_array(missing)) {
        judgement->verdict = COG_VERDICT_HOLDS;
        return;
    }
    judgement->verdict = COG_VERDICT_UNKNOWN;
    judgement->why = "lacks";
    judgement->seen = apr_array_pstrcat(pool, missing, ' ');
}

static void judge_facts(apr_pool_t *pool, const cog_rule_t *rule,
                        const apr_array_header_t *wanted,
                        const cog_principal_t *principal, cog_judgement_t *judgement)
{
    cog_facts_t facts = {NULL, NULL};

    judgement->why = cog_rule_facts(pool, rule, principal, &facts);
    judgement->seen = facts.seen;
    if (judgement->why) {
        judgement->verdict = COG_VERDICT_UNKNOWN;
    }
    else if (rule->pattern) {
        match(rule->pattern, &facts, judgement);
    }
    else {
        compare(rule->kind, &facts, wanted, judgement);
    }
}

void cog_rule_judge(apr_pool_t *pool, const cog_rule_t *rule,
                    const apr_array_header_t *wanted, const cog_principal_t *principal,
                    cog_judgement_t *judgement)
{
    *judgement = (cog_judgement_t){.verdict = COG_VERDICT_FAILS};
    switch (rule->kind) {
    case COG_RULE_AUTH_AGE:
        judge_age(pool, rule, principal, judgement);
        break;
    case COG_RULE_PROFILE:
        judge_profile(pool, wanted, principal, judgement);
        break;
    default:
        judge_facts(pool, rule, wanted, principal, judgement);
    }
}
