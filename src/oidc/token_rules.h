/* What ID tokens and access tokens must say alike. Pure; the signature is verified. */
#ifndef COG_OIDC_TOKEN_RULES_H
#define COG_OIDC_TOKEN_RULES_H

#include <jansson.h>

#include "base/error.h"

#define COG_CLOCK_LEEWAY_SEC 60 /* by which clocks may differ */

/* Is the claim this very text? */
int cog_token_claim_is(const json_t *claims, const char *name, const char *expected);

int cog_token_claim_is_absent(const json_t *claims, const char *name);

/* The one audience: aud as a string, or in an array of nothing else. NULL when there is
 * none, or more. */
const char *cog_token_audience(const json_t *claims);

/* exp ahead of `now`, iat, nbf and auth_time not after it, with `leeway` seconds of
 * tolerance; exp and iat must be there. A time that is no number, negative or absurd
 * counts as wrong. */
cog_err_t cog_token_check_times(const json_t *claims, json_int_t now, json_int_t leeway);

/* sub: 1 to 255 octets, none of them a control character. */
cog_err_t cog_token_check_subject(const json_t *claims);

#endif
