#include "base/claim.h"

#include <stdlib.h>
#include <string.h>

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
