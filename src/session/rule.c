#include "session/rule.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/claim.h"
#include "base/text.h"

#define NATIVE_PROVIDER "COGNITO"
#define ANY_BELOW       "*."

/* clocks of several hosts agree only so far */
#define MAX_AHEAD_SEC 300

/* What a rule is judged on: the texts that may equal a wanted one. */
typedef struct {
    apr_pool_t *pool;
    const cog_rule_t *rule;
    const cog_principal_t *principal;
    const char *seen;          /* for the log */
    apr_array_header_t *facts; /* `const char *` */
} look_t;

static const char *no_facts(look_t *look)
{
    look->facts = apr_array_make(look->pool, 1, sizeof(const char *));
    return NULL;
}

static const char *one_fact(look_t *look, const char *fact)
{
    no_facts(look);
    APR_ARRAY_PUSH(look->facts, const char *) = fact;
    return NULL;
}

static const cog_claim_t *find(look_t *look, const char *name)
{
    const cog_claim_t *claim = cog_claims_find(look->principal->claims, name);

    look->seen = claim ? claim->value : NULL;
    return claim;
}

/* User pools leave the claim out for who is in no group. */
static const char *look_at_groups(look_t *look)
{
    const cog_claim_t *groups = find(look, "cognito:groups");

    if (!groups) {
        return no_facts(look);
    }
    if (groups->kind != COG_CLAIM_LIST) {
        return "is no list of texts";
    }
    look->facts = cog_text_split(look->pool, groups->value);
    return NULL;
}

/* RFC 6749, 3.3 */
static const char *look_at_scope(look_t *look)
{
    const cog_claim_t *scope = find(look, "scope");
    char *rest;
    char *word;

    if (!scope) {
        return "is missing";
    }
    if (scope->kind != COG_CLAIM_TEXT) {
        return "is no text";
    }
    no_facts(look);
    rest = apr_pstrdup(look->pool, scope->value);
    while ((word = apr_strtok(rest, " ", &rest)) != NULL) {
        APR_ARRAY_PUSH(look->facts, const char *) = word;
    }
    return NULL;
}

static int is_structured(const cog_claim_t *claim)
{
    return claim->kind == COG_CLAIM_OTHER &&
           (*claim->value == '{' || *claim->value == '[');
}

static const char *look_at_claim(look_t *look)
{
    const cog_claim_t *claim = find(look, look->rule->claim);

    if (!claim) {
        return "is missing";
    }
    if (is_structured(claim)) {
        return "is neither a text, a number, a boolean nor a list of texts";
    }
    if (claim->kind == COG_CLAIM_LIST) {
        look->facts = cog_text_split(look->pool, claim->value);
        return NULL;
    }
    return one_fact(look, claim->value);
}

static const char *look_at_client(look_t *look)
{
    look->seen = look->principal->client_id;
    return look->seen ? one_fact(look, look->seen) : "is missing";
}

static const char *look_at_provider(look_t *look)
{
    const cog_claim_t *name = find(look, "idp_name");

    if (!name && !look->principal->knows_provider) {
        return "is not told by an access token";
    }
    if (!name) {
        look->seen = NATIVE_PROVIDER;
        return one_fact(look, NATIVE_PROVIDER);
    }
    return *name->value ? one_fact(look, name->value) : "cannot be told";
}

/* Whoever may type an address may type any: it counts when the user pool has seen that
 * it is theirs. User pools write a boolean, identity providers behind them also a text.
 */
static int is_verified(const look_t *look)
{
    const cog_claim_t *flag = cog_claims_find(look->principal->claims, "email_verified");

    return flag && flag->kind != COG_CLAIM_LIST && strcmp(flag->value, "true") == 0;
}

/* One @, and something on both sides. */
static const char *domain_of(const char *email)
{
    const char *at = strchr(email, '@');

    if (!at || at == email || !at[1] || strchr(at + 1, '@')) {
        return NULL;
    }
    return at + 1;
}

static const char *folded(apr_pool_t *pool, const char *text)
{
    char *copy = apr_pstrdup(pool, text);

    for (char *c = copy; *c; ++c) {
        *c = (unsigned char)*c < 0x80 ? (char)apr_tolower(*c) : *c;
    }
    return copy;
}

static const char *look_at_email(look_t *look)
{
    const cog_claim_t *email = find(look, "email");
    const char *domain;

    if (!email) {
        return "is missing";
    }
    domain = email->kind == COG_CLAIM_TEXT ? domain_of(email->value) : NULL;
    if (!domain) {
        return "is no address";
    }
    if (!is_verified(look)) {
        return "is not verified";
    }
    return one_fact(look, folded(look->pool, domain));
}

/* Returns why the rule cannot be judged, NULL when it can. */
static const char *look_at(look_t *look)
{
    static const char *(*const looks[])(look_t * look) = {
        [COG_RULE_GROUP] = look_at_groups,      [COG_RULE_SCOPE] = look_at_scope,
        [COG_RULE_CLAIM] = look_at_claim,       [COG_RULE_CLIENT] = look_at_client,
        [COG_RULE_PROVIDER] = look_at_provider, [COG_RULE_EMAIL_DOMAIN] = look_at_email,
    };

    return looks[look->rule->kind](look);
}

static int is_below(const char *domain, const char *parent)
{
    size_t len = strlen(domain);
    size_t parent_len = strlen(parent);

    return len > parent_len + 1 && domain[len - parent_len - 1] == '.' &&
           strcmp(domain + len - parent_len, parent) == 0;
}

static int is_domain(apr_pool_t *pool, const char *domain, const char *wanted)
{
    wanted = folded(pool, wanted);
    if (cog_text_begins(wanted, ANY_BELOW)) {
        return is_below(domain, wanted + strlen(ANY_BELOW));
    }
    return strcmp(domain, wanted) == 0;
}

static int is_wanted(const look_t *look, const char *fact, const char *wanted)
{
    if (look->rule->kind == COG_RULE_EMAIL_DOMAIN) {
        return is_domain(look->pool, fact, wanted);
    }
    return strcmp(fact, wanted) == 0;
}

static int is_any_wanted(const look_t *look, const char *wanted)
{
    for (int i = 0; *wanted && i < look->facts->nelts; ++i) {
        if (is_wanted(look, APR_ARRAY_IDX(look->facts, i, const char *), wanted)) {
            return 1;
        }
    }
    return 0;
}

static void compare(const look_t *look, const apr_array_header_t *wanted,
                    cog_finding_t *finding)
{

    for (int i = 0; i < wanted->nelts; ++i) {
        const char *value = APR_ARRAY_IDX(wanted, i, const char *);

        if (is_any_wanted(look, value)) {
            *finding = (cog_finding_t){.verdict = COG_VERDICT_HOLDS, .seen = look->seen};
            return;
        }
        if (!*value) {
            finding->verdict = COG_VERDICT_UNKNOWN;
            finding->why = "would be compared with a value that is empty";
        }
    }
}

static cog_verdict_t match_one(const cog_pattern_t *pattern, const char *fact,
                               const char **why)
{
    cog_verdict_t verdict;

    if (strlen(fact) > COG_RULE_MAX_MATCHED) {
        *why = "is too long for a pattern";
        return COG_VERDICT_UNKNOWN;
    }
    verdict = pattern->match(pattern->context, fact);
    if (verdict == COG_VERDICT_UNKNOWN) {
        *why = "is too much work for the pattern";
    }
    return verdict;
}

/* Stops at the first that is no clear miss: so a pattern that runs wild runs once. */
static void match(const look_t *look, cog_finding_t *finding)
{
    for (int i = 0; finding->verdict == COG_VERDICT_FAILS && i < look->facts->nelts;
         ++i) {
        const char *fact = APR_ARRAY_IDX(look->facts, i, const char *);

        finding->verdict = match_one(look->rule->pattern, fact, &finding->why);
    }
    finding->gave_up = finding->verdict == COG_VERDICT_UNKNOWN;
}

int cog_auth_time_is_within(int64_t auth_time, int64_t age_sec, int64_t now)
{
    return auth_time > 0 && auth_time <= now + MAX_AHEAD_SEC &&
           auth_time >= now - age_sec;
}

static void judge_age(apr_pool_t *pool, const cog_rule_t *rule,
                      const cog_principal_t *principal, cog_finding_t *finding)
{
    if (principal->auth_time <= 0) {
        finding->verdict = COG_VERDICT_UNKNOWN;
        finding->why = "is missing";
        return;
    }
    finding->seen = apr_psprintf(pool, "%" APR_INT64_T_FMT " s",
                                 principal->now - principal->auth_time);
    if (cog_auth_time_is_within(principal->auth_time, rule->age_sec, principal->now)) {
        finding->verdict = COG_VERDICT_HOLDS;
    }
}

/* An access token says little about its user: what is missing is not known to be empty.
 */
static void judge_profile(apr_pool_t *pool, const apr_array_header_t *wanted,
                          const cog_principal_t *principal, cog_finding_t *finding)
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
        finding->verdict = COG_VERDICT_HOLDS;
        return;
    }
    finding->verdict = COG_VERDICT_UNKNOWN;
    finding->why = "lacks";
    finding->seen = apr_array_pstrcat(pool, missing, ' ');
}

void cog_rule_judge(apr_pool_t *pool, const cog_rule_t *rule,
                    const apr_array_header_t *wanted, const cog_principal_t *principal,
                    cog_finding_t *finding)
{
    look_t look = {.pool = pool, .rule = rule, .principal = principal};

    *finding = (cog_finding_t){.verdict = COG_VERDICT_FAILS};
    if (rule->kind == COG_RULE_AUTH_AGE) {
        judge_age(pool, rule, principal, finding);
        return;
    }
    if (rule->kind == COG_RULE_PROFILE) {
        judge_profile(pool, wanted, principal, finding);
        return;
    }
    finding->why = look_at(&look);
    finding->seen = look.seen;
    if (finding->why) {
        finding->verdict = COG_VERDICT_UNKNOWN;
    }
    else if (rule->pattern) {
        match(&look, finding);
    }
    else {
        compare(&look, wanted, finding);
    }
}
