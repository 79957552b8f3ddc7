#include "oidc/claims.h"

#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "oidc/claim_patterns.h"
#include "oidc/claim_value.h"

#define OWN_PREFIX "cognito:"
#define LOG_MAX    128

/* Who keeps a name that two claims would share. */
typedef enum { RANK_OTHER, RANK_COGNITO, RANK_STANDARD, RANK_DERIVED } rank_t;

typedef struct {
    cog_claim_t claim;
    const char *variable;
    rank_t rank;
} candidate_t;

/* What the selection works with. */
typedef struct {
    apr_pool_t *pool;
    const apr_array_header_t *patterns;
    const cog_log_t *log;
    apr_array_header_t *candidates; /* candidate_t */
} selection_t;

/* Tokens, what is derived from `identities`, what a refusal says: no claim may pose
 * as one of them. */
static const char *const own_variables[] = {
    COG_CLAIM_VARIABLE "ID_TOKEN",      COG_CLAIM_VARIABLE "ACCESS_TOKEN",
    COG_CLAIM_VARIABLE "REFRESH_TOKEN", COG_CLAIM_VARIABLE "ASSERTION",
    COG_CLAIM_VARIABLE "IDP_NAME",      COG_CLAIM_VARIABLE "IDP_USER_ID",
    COG_CLAIM_VARIABLE "DENIED",        COG_CLAIM_VARIABLE "ERROR",
    COG_CLAIM_VARIABLE "INCIDENT",      NULL,
};

static int is_among(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0) {
        ++names;
    }
    return *names != NULL;
}

static rank_t rank_of(const char *name, cog_claim_class_t class)
{
    if (class == COG_CLAIM_STANDARD) {
        return RANK_STANDARD;
    }
    return cog_text_begins(name, OWN_PREFIX) ? RANK_COGNITO : RANK_OTHER;
}

/* No name, a broken one, or one that could be taken for one of ours or, where a backend
 * has the names of claims almost as they are, for one that begins with cognito: */
static int may_not_be(const char *name, const char *variable)
{
    return cog_text_has_control(name) || strcmp(variable, COG_CLAIM_VARIABLE) == 0 ||
           is_among(own_variables, variable) ||
           (cog_text_begins(variable, COG_CLAIM_VARIABLE "COGNITO_") &&
            !cog_text_begins(name, OWN_PREFIX));
}

static void add(selection_t *selection, const char *name, const char *variable,
                const json_t *value, rank_t rank)
{
    APR_ARRAY_PUSH(selection->candidates, candidate_t) =
        (candidate_t){cog_claim_of(selection->pool, name, value), variable, rank};
}

/* A usual name need not be copied, and has its variable. */
static void add_claim(selection_t *selection, const char *sent, const json_t *value)
{
    const cog_claim_name_t *usual = cog_claim_usual(sent);
    cog_claim_class_t class = usual ? usual->class : COG_CLAIM_UNKNOWN;
    const char *name, *variable;

    if (json_is_null(value) ||
        !cog_claims_of_class_are_wanted(selection->patterns, sent, class)) {
        return;
    }
    name = usual ? usual->claim : apr_pstrdup(selection->pool, sent);
    variable =
        usual ? usual->variable : cog_claim_unusual_variable(selection->pool, name);
    if (usual ? class == COG_CLAIM_DERIVED : may_not_be(name, variable)) {
        COG_LOG(selection->log, WARNING, 2000,
                "claim %s is dropped: its name is empty, broken or the module's own",
                cog_text_for_log(selection->pool, name, LOG_MAX));
        return;
    }
    add(selection, name, variable, value, rank_of(name, class));
}

static const json_t *primary_identity(const json_t *identities)
{
    const json_t *identity;
    size_t i;

    json_array_foreach(identities, i, identity)
    {
        if (cog_claim_says_true(json_object_get(identity, "primary"))) {
            return identity;
        }
    }
    return json_array_get(identities, 0);
}

static void add_derived(selection_t *selection, const char *name, const json_t *value)
{
    const cog_claim_name_t *usual;

    if (json_is_string(value) && cog_claims_are_wanted(selection->patterns, name)) {
        usual = cog_claim_usual(name);
        add(selection, usual->claim, usual->variable, value, RANK_DERIVED);
    }
}

static int holds_any(const json_t *identities)
{
    return !json_is_null(identities) &&
           !(json_is_array(identities) && json_array_size(identities) == 0);
}

/* Who comes from a provider that has no readable name must not look like a native user.
 */
static const json_t *provider_name(const selection_t *selection, const json_t *identities,
                                   const json_t *identity)
{
    const json_t *name = json_object_get(identity, "providerName");

    if (json_is_string(name) || !holds_any(identities)) {
        return name;
    }
    return cog_json_own(selection->pool, json_string(""));
}

static void add_identity(selection_t *selection, const json_t *identities)
{
    const json_t *identity = primary_identity(identities);

    add_derived(selection, "idp_name", provider_name(selection, identities, identity));
    add_derived(selection, "idp_user_id", json_object_get(identity, "userId"));
}

static void collect(selection_t *selection, const json_t *claims)
{
    const json_t *identities = json_object_get(claims, "identities");
    /* jansson's iterators ask for more than they use: nothing is changed */
    json_t *object = (json_t *)(uintptr_t)claims;
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        add_claim(selection, name, value);
    }
    if (identities) {
        add_identity(selection, identities);
    }
}

/* Those that share a variable stand together, the best ones first. */
static int by_variable(const void *a, const void *b)
{
    const candidate_t *first = a;
    const candidate_t *second = b;
    int difference = strcmp(first->variable, second->variable);

    if (difference == 0) {
        difference = (int)second->rank - (int)first->rank;
    }
    return difference ? difference : strcmp(first->claim.name, second->claim.name);
}

static int by_name(const void *a, const void *b)
{
    const cog_claim_t *first = a;
    const cog_claim_t *second = b;

    return strcmp(first->name, second->name);
}

static void drop(const selection_t *selection, const candidate_t *candidate)
{
    COG_LOG(selection->log, WARNING, 2001,
            "claim %s is dropped: it shares the name %s with another one",
            cog_text_for_log(selection->pool, candidate->claim.name, LOG_MAX),
            cog_text_for_log(selection->pool, candidate->variable, LOG_MAX));
}

/* How many, from this one on, share its variable. */
static int count_rivals(const candidate_t *candidates, int count)
{
    int found = 1;

    while (found < count &&
           strcmp(candidates[found].variable, candidates[0].variable) == 0) {
        ++found;
    }
    return found;
}

/* The best of those that share a variable, unless the next one is as good. */
static apr_array_header_t *keep_winners(const selection_t *selection)
{
    const candidate_t *at = (const candidate_t *)selection->candidates->elts;
    int left = selection->candidates->nelts;
    apr_array_header_t *kept = apr_array_make(selection->pool, left, sizeof(cog_claim_t));

    while (left > 0) {
        int rivals = count_rivals(at, left);
        int wins = rivals == 1 || at[1].rank < at[0].rank;

        if (wins) {
            APR_ARRAY_PUSH(kept, cog_claim_t) = at[0].claim;
        }
        for (int i = wins; i < rivals; ++i) {
            drop(selection, &at[i]);
        }
        at += rivals;
        left -= rivals;
    }
    return kept;
}

static void sort(apr_array_header_t *array, int (*compare)(const void *, const void *))
{
    qsort(array->elts, (size_t)array->nelts, (size_t)array->elt_size, compare);
}

apr_array_header_t *cog_claims_select(apr_pool_t *pool, const json_t *claims,
                                      const apr_array_header_t *patterns,
                                      const cog_log_t *log)
{
    selection_t selection = {
        .pool = pool,
        .patterns = patterns,
        .log = log,
        .candidates = apr_array_make(pool, 32, sizeof(candidate_t)),
    };
    apr_array_header_t *kept;

    collect(&selection, claims);
    sort(selection.candidates, by_variable);
    kept = keep_winners(&selection);
    sort(kept, by_name);
    return kept;
}
