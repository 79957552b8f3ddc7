/* Reaches: cog_rule_judge and the comparison of groups, scopes, claims and domains. The
 * first byte chooses the rule (g s c e); then the user's value, a line feed, and what is
 * wanted. Elements of a list have a `|` between them. A rule holds only for what a
 * second, simpler look finds as well. */
#include "test/fuzz/fuzz.h"

#include <apr_cstr.h>
#include <apr_strings.h>

#include "base/claim.h"
#include "base/text.h"
#include "session/rule.h"

static apr_array_header_t *cut(apr_pool_t *pool, const char *text, char at)
{
    apr_array_header_t *pieces = apr_array_make(pool, 4, sizeof(const char *));
    char *rest = apr_pstrdup(pool, text);

    while (rest) {
        char *end = strchr(rest, at);

        APR_ARRAY_PUSH(pieces, const char *) = rest;
        if (end) {
            *end++ = '\0';
        }
        rest = end;
    }
    return pieces;
}

static int has(const apr_array_header_t *pieces, const char *wanted)
{
    for (int i = 0; i < pieces->nelts; ++i) {
        if (strcmp(APR_ARRAY_IDX(pieces, i, const char *), wanted) == 0) {
            return 1;
        }
    }
    return 0;
}

/* By its end, where the rule goes by its @. */
static int is_of_domain(apr_pool_t *pool, const char *email, const char *wanted)
{
    int is_wild = cog_text_begins(wanted, "*.");
    const char *tail = apr_pstrcat(pool, is_wild ? "" : "@", wanted + is_wild, NULL);
    size_t len = strlen(email);
    size_t tail_len = strlen(tail);

    return len > tail_len && apr_cstr_casecmp(email + len - tail_len, tail) == 0 &&
           cut(pool, email, '@')->nelts == 2;
}

/* What the rule looks at, and whether it may hold. */
typedef struct {
    cog_rule_kind_t kind;
    cog_claim_t claim;
    int may_hold;
} case_t;

static int make_case(apr_pool_t *pool, char kind, const char *value, const char *wanted,
                     case_t *made)
{
    apr_array_header_t *list = cut(pool, value, '|');

    switch (kind) {
    case 'g':
        *made = (case_t){
            COG_RULE_GROUP,
            {"cognito:groups", cog_text_join(pool, list), COG_CLAIM_LIST},
            has(list, wanted)
        };
        return 1;
    case 's':
        *made = (case_t){
            COG_RULE_SCOPE,
            {"scope", value, COG_CLAIM_TEXT},
            has(cut(pool, value, ' '), wanted)
        };
        return 1;
    case 'c':
        *made = (case_t){
            COG_RULE_CLAIM, {"tags", value, COG_CLAIM_TEXT},
             strcmp(value, wanted) == 0
        };
        return 1;
    case 'e':
        *made = (case_t){
            COG_RULE_EMAIL_DOMAIN,
            {"email", value, COG_CLAIM_TEXT},
            is_of_domain(pool, value, wanted)
        };
        return 1;
    default:
        return 0;
    }
}

static void check(apr_pool_t *pool, const case_t *one, const char *wanted)
{
    static const cog_claim_t verified = {"email_verified", "true", COG_CLAIM_OTHER};
    apr_array_header_t *claims = apr_array_make(pool, 2, sizeof(cog_claim_t));
    apr_array_header_t *values = apr_array_make(pool, 1, sizeof(const char *));
    cog_principal_t principal = {.claims = claims, .client_id = "app", .now = 1};
    cog_rule_t rule = {.kind = one->kind, .claim = "tags"};
    cog_judgement_t judgement;

    APR_ARRAY_PUSH(claims, cog_claim_t) = one->claim;
    if (one->kind == COG_RULE_EMAIL_DOMAIN) {
        APR_ARRAY_PUSH(claims, cog_claim_t) = verified;
    }
    APR_ARRAY_PUSH(values, const char *) = wanted;
    cog_rule_judge(pool, &rule, values, &principal, &judgement);
    must(judgement.verdict != COG_VERDICT_HOLDS || (one->may_hold && *wanted));
    if (one->kind == COG_RULE_GROUP || one->kind == COG_RULE_CLAIM) {
        must(judgement.verdict == COG_VERDICT_HOLDS || !one->may_hold || !*wanted);
    }
    must((judgement.verdict == COG_VERDICT_UNKNOWN) == (judgement.why != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    char *text = fuzz_text(data, size);
    char *wanted = strchr(text, '\n');
    case_t one;

    if (wanted && wanted > text) {
        *wanted++ = '\0';
        if (make_case(pool, text[0], text + 1, wanted, &one)) {
            check(pool, &one, wanted);
        }
    }
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
