#include "base/claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

/* Mostly the first letters tell. */
static int compare_name(const void *key, const void *element)
{
    const char *name = key;
    const cog_claim_t *claim = element;
    int difference = (unsigned char)*name - (unsigned char)*claim->name;

    return difference ? difference : strcmp(name, claim->name);
}

const cog_claim_t *cog_claims_find(const apr_array_header_t *claims, const char *name)
{
    return bsearch(name, claims->elts, (size_t)claims->nelts, sizeof(cog_claim_t),
                   compare_name);
}

const char *cog_claims_get(const apr_array_header_t *claims, const char *name)
{
    const cog_claim_t *claim = cog_claims_find(claims, name);

    return claim ? claim->value : NULL;
}

json_t *cog_claim_list_json(apr_pool_t *pool, const char *joined)
{
    return cog_json_of_texts(cog_text_split(pool, joined));
}

json_t *cog_claim_json(apr_pool_t *pool, const cog_claim_t *claim)
{
    json_t *other = NULL;

    if (claim->kind == COG_CLAIM_LIST) {
        return cog_claim_list_json(pool, claim->value);
    }
    if (claim->kind == COG_CLAIM_OTHER) {
        other = json_loads(claim->value, JSON_DECODE_ANY, NULL);
    }
    return other ? other : json_string(claim->value);
}
