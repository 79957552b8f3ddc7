/* Claims: which are kept, in which form, and under which name they are exported. */
#ifndef COG_OIDC_CLAIMS_H
#define COG_OIDC_CLAIMS_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <jansson.h>

#include "base/claim.h"
#include "base/claim_names.h"
#include "base/log.h"

/* Which claims: globs with `*`, `!` in front of one takes out; the last match decides.
 * NULL, empty, or where the first one takes out: all but the protocol's noise (iss aud
 * exp iat nbf nonce at_hash token_use auth_time jti origin_jti event_id azp acr amr
 * cognito:roles cognito:preferred_role identities) to begin with. */
int cog_claims_are_wanted(const apr_array_header_t *patterns, const char *name);

/* The same of a name whose class is known. */
int cog_claims_of_class_are_wanted(const apr_array_header_t *patterns, const char *name,
                                   cog_claim_class_t class);

/* The same for a claim that is wanted only where a pattern asks for it. */
int cog_claims_are_named(const apr_array_header_t *patterns, const char *name);

/* The wanted claims as an array of cog_claim_t, sorted by name. `identities` gives
 * idp_name and idp_user_id (of the primary, else the first); an idp_name is empty when
 * the provider has no name that can be read. null is left out;
 * email_verified and phone_number_verified are `true` or else `false`. No two
 * share an exported name, and none has that of a raw token: idp_* win over those of
 * OpenID Connect Core 1.0, 5.1, these over cognito:*, these over others; of equals none
 * is kept, nor a claim that could be taken for one of cognito:*. Each dropped one is a
 * warning. */
apr_array_header_t *cog_claims_select(apr_pool_t *pool, const json_t *claims,
                                      const apr_array_header_t *patterns,
                                      const cog_log_t *log);

#endif
