/* Which of the user's groups a place tells (CognitoGroups). */
#ifndef COG_OIDC_GROUPS_H
#define COG_OIDC_GROUPS_H

#include <apr_pools.h>
#include <apr_tables.h>

/* `claims`, cog_claim_t sorted by name, with those groups alone that `patterns` want, as
 * in cog_claims_are_wanted(); without the claim when none is left. NULL or empty: all. */
const apr_array_header_t *cog_groups_select(apr_pool_t *pool,
                                            const apr_array_header_t *claims,
                                            const apr_array_header_t *patterns);

#endif
