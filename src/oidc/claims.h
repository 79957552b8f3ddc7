/* The claims that are kept, each under a name of its own. */
#ifndef COG_OIDC_CLAIMS_H
#define COG_OIDC_CLAIMS_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <jansson.h>

#include "base/claim.h"
#include "base/log.h"

/* The wanted claims as an array of cog_claim_t, sorted by name. `identities` gives
 * idp_name and idp_user_id (of the primary, else the first); an idp_name is empty when
 * the provider has no name that can be read. null is left out. No two share an exported
 * name, and none has that of a raw token: idp_* win over those of OpenID Connect Core
 * 1.0, 5.1, these over cognito:*, these over others; of equals none is kept, nor a claim
 * that could be taken for one of cognito:*. Each dropped one is a warning. */
apr_array_header_t *cog_claims_select(apr_pool_t *pool, const json_t *claims,
                                      const apr_array_header_t *patterns,
                                      const cog_log_t *log);

#endif
