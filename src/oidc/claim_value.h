/* The value of a claim as text: in JSON it is anything. */
#ifndef COG_OIDC_CLAIM_VALUE_H
#define COG_OIDC_CLAIM_VALUE_H

#include <apr_pools.h>
#include <jansson.h>

#include "base/claim.h"

/* A claim that borrows its name. Texts and lists of texts as they are, all else as JSON;
 * each control character becomes a space. email_verified and phone_number_verified are
 * `true` or else `false`. */
cog_claim_t cog_claim_of(apr_pool_t *pool, const char *name, const json_t *value);

/* true in an ID token, "true" in userInfo; identity providers send what they like. */
int cog_claim_says_true(const json_t *value);

#endif
