/* Which claims: patterns are globs with `*`, `!` in front of one takes out; the last one
 * that fits decides. */
#ifndef COG_OIDC_CLAIM_PATTERNS_H
#define COG_OIDC_CLAIM_PATTERNS_H

#include <apr_tables.h>

#include "base/claim_names.h"

/* NULL, empty, or where the first one takes out: all but the protocol's noise (iss aud
 * exp iat nbf nonce at_hash token_use auth_time jti origin_jti event_id azp acr amr
 * cognito:roles cognito:preferred_role identities) to begin with. */
int cog_claims_are_wanted(const apr_array_header_t *patterns, const char *name);

/* The same of a name whose class is known. */
int cog_claims_of_class_are_wanted(const apr_array_header_t *patterns, const char *name,
                                   cog_claim_class_t class);

/* The same for a claim that is wanted only where a pattern asks for it. */
int cog_claims_are_named(const apr_array_header_t *patterns, const char *name);

#endif
