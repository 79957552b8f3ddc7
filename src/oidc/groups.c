#include "oidc/groups.h"

#include <string.h>

#include "base/claim.h"
#include "base/text.h"
#include "oidc/claim_patterns.h"

#define GROUPS "cognito:groups"

/* Patterns of groups are written and read as those of claims are. */
static const char *select_groups(apr_pool_t *pool, const apr_array_header_t *patterns,
                                 const char *joined)
{
    const apr_array_header_t *all = cog_text_split(pool, joined);
    apr_array_header_t *kept = apr_array_make(pool, all->nelts, sizeof(const char *));

    for (int i = 0; i < all->nelts; ++i) {
        const char *group = APR_ARRAY_IDX(all, i, const char *);

        if (cog_claims_of_class_are_wanted(patterns, group, COG_CLAIM_UNKNOWN)) {
            APR_ARRAY_PUSH(kept, const char *) = group;
        }
    }
    return cog_text_join(pool, kept);
}

static apr_array_header_t *replace(apr_pool_t *pool, const apr_array_header_t *claims,
                                   const char *groups)
{
    apr_array_header_t *replaced =
        apr_array_make(pool, claims->nelts, sizeof(cog_claim_t));

    for (int i = 0; i < claims->nelts; ++i) {
        cog_claim_t claim = APR_ARRAY_IDX(claims, i, cog_claim_t);

        if (strcmp(claim.name, GROUPS) == 0) {
            claim.value = groups;
        }
        if (*claim.value || claim.value != groups) {
            APR_ARRAY_PUSH(replaced, cog_claim_t) = claim;
        }
    }
    return replaced;
}

const apr_array_header_t *cog_groups_select(apr_pool_t *pool,
                                            const apr_array_header_t *claims,
                                            const apr_array_header_t *patterns)
{
    const char *groups;

    if (!patterns || patterns->nelts == 0) {
        return claims;
    }
    groups = cog_claims_get(claims, GROUPS);
    return groups ? replace(pool, claims, select_groups(pool, patterns, groups)) : claims;
}
