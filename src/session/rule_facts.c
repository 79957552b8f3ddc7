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
} look_t;

static const char *no_facts(look_t *look)
{
    look->facts->values = apr_array_make(look->pool, 1, sizeof(const char *));
    return NULL;
}

static const char *one_fact(look_t *look, const char *fact)
{
    no_facts(look);
    APR_ARRAY_PUSH(look->facts->values, const char *) = fact;
    return NULL;
}

static const cog_claim_t *find(look_t *look, const char *name)
{
    const cog_claim_t *claim = cog_claims_find(look->principal->claims, name);

    look->facts->seen = claim ? claim->value : NULL;
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
    look->facts->values = cog_text_split(look->pool, groups->value);
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
        APR_ARRAY_PUSH(look->facts->values, const char *) = word;
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
        look->facts->values = cog_text_split(look->pool, claim->value);
        return NULL;
    }
    return one_fact(look, claim->value);
}

static const char *look_at_client(look_t *look)
{
    look->facts->seen = look->principal->client_id;
    return look->principal->client_id ? one_fact(look, look->principal->client_id)
                                      : "is missing";
}

static const char *look_at_provider(look_t *look)
{
    const cog_claim_t *name = find(look, "idp_name");

    if (!name && !look->principal->knows_provider) {
        return "is not told by an access token";
    }
    if (!name) {
        look->facts->seen = NATIVE_PROVIDER;
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
    return one_fact(look, domain);
}

const char *cog_rule_facts(apr_pool_t *pool, const cog_rule_t *rule,
                           const cog_principal_t *principal, cog_facts_t *facts)
{
    static const char *(*const looks[])(look_t * look) = {
        [COG_RULE_GROUP] = look_at_groups,      [COG_RULE_SCOPE] = look_at_scope,
        [COG_RULE_CLAIM] = look_at_claim,       [COG_RULE_CLIENT] = look_at_client,
        [COG_RULE_PROVIDER] = look_at_provider, [COG_RULE_EMAIL_DOMAIN] = look_at_email,
    };
    look_t look = {pool, rule, principal, facts};

    *facts = (cog_facts_t){NULL, NULL};
    return looks[rule->kind](&look);
}
