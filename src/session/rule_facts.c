#include "session/rule_facts.h"

#include <apr_strings.h>
#include <string.h>

#include "base/claim.h"
#include "base/text.h"

#define NATIVE_PROVIDER "COGNITO"

typedef struct {
    apr_pool_t *pool;
    const cog_rule_t *rule;
    const cog_principal_t *principal;
    cog_facts_t *facts;
} lookup_t;

static const char *no_facts(lookup_t *lookup)
{
    lookup->facts->values = apr_array_make(lookup->pool, 1, sizeof(const char *));
    return NULL;
}

static const char *one_fact(lookup_t *lookup, const char *fact)
{
    no_facts(lookup);
    APR_ARRAY_PUSH(lookup->facts->values, const char *) = fact;
    return NULL;
}

static const cog_claim_t *find(lookup_t *lookup, const char *name)
{
    const cog_claim_t *claim = cog_claims_find(lookup->principal->claims, name);

    lookup->facts->seen = claim ? claim->value : NULL;
    return claim;
}

/* User pools leave the claim out for who is in no group. */
static const char *look_at_groups(lookup_t *lookup)
{
    const cog_claim_t *groups = find(lookup, "cognito:groups");

    if (!groups) {
        return no_facts(lookup);
    }
    if (groups->kind != COG_CLAIM_LIST) {
        return "is no list of texts";
    }
    lookup->facts->values = cog_text_split(lookup->pool, groups->value);
    return NULL;
}

/* RFC 6749, 3.3 */
static const char *look_at_scope(lookup_t *lookup)
{
    const cog_claim_t *scope = find(lookup, "scope");
    char *rest;
    char *word;

    if (!scope) {
        return "is missing";
    }
    if (scope->kind != COG_CLAIM_TEXT) {
        return "is no text";
    }
    no_facts(lookup);
    rest = apr_pstrdup(lookup->pool, scope->value);
    while ((word = apr_strtok(rest, " ", &rest)) != NULL) {
        APR_ARRAY_PUSH(lookup->facts->values, const char *) = word;
    }
    return NULL;
}

static int is_structured(const cog_claim_t *claim)
{
    return claim->kind == COG_CLAIM_OTHER &&
           (*claim->value == '{' || *claim->value == '[');
}

static const char *look_at_claim(lookup_t *lookup)
{
    const cog_claim_t *claim = find(lookup, lookup->rule->claim);

    if (!claim) {
        return "is missing";
    }
    if (is_structured(claim)) {
        return "is neither a text, a number, a boolean nor a list of texts";
    }
    if (claim->kind == COG_CLAIM_LIST) {
        lookup->facts->values = cog_text_split(lookup->pool, claim->value);
        return NULL;
    }
    return one_fact(lookup, claim->value);
}

static const char *look_at_client(lookup_t *lookup)
{
    lookup->facts->seen = lookup->principal->client_id;
    return lookup->principal->client_id ? one_fact(lookup, lookup->principal->client_id)
                                        : "is missing";
}

static const char *look_at_provider(lookup_t *lookup)
{
    const cog_claim_t *name = find(lookup, "idp_name");

    if (!name && !lookup->principal->knows_provider) {
        return "is not told by an access token";
    }
    if (!name) {
        lookup->facts->seen = NATIVE_PROVIDER;
        return one_fact(lookup, NATIVE_PROVIDER);
    }
    return *name->value ? one_fact(lookup, name->value) : "cannot be told";
}

/* Whoever may type an address may type any: it counts when the user pool has seen that
 * it is theirs. User pools write a boolean, identity providers behind them also a text.
 */
static int is_verified(const lookup_t *lookup)
{
    const cog_claim_t *flag =
        cog_claims_find(lookup->principal->claims, "email_verified");

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

static const char *look_at_email(lookup_t *lookup)
{
    const cog_claim_t *email = find(lookup, "email");
    const char *domain;

    if (!email) {
        return "is missing";
    }
    domain = email->kind == COG_CLAIM_TEXT ? domain_of(email->value) : NULL;
    if (!domain) {
        return "is no address";
    }
    if (!is_verified(lookup)) {
        return "is not verified";
    }
    return one_fact(lookup, domain);
}

const char *cog_rule_facts(apr_pool_t *pool, const cog_rule_t *rule,
                           const cog_principal_t *principal, cog_facts_t *facts)
{
    static const char *(*const looks[])(lookup_t * lookup) = {
        [COG_RULE_GROUP] = look_at_groups,      [COG_RULE_SCOPE] = look_at_scope,
        [COG_RULE_CLAIM] = look_at_claim,       [COG_RULE_CLIENT] = look_at_client,
        [COG_RULE_PROVIDER] = look_at_provider, [COG_RULE_EMAIL_DOMAIN] = look_at_email,
    };
    lookup_t lookup = {pool, rule, principal, facts};

    *facts = (cog_facts_t){NULL, NULL};
    return looks[rule->kind](&lookup);
}
