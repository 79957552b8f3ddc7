/* From a bearer token to who it stands for: verified, or known from a moment ago. */
#ifndef COG_FLOW_BEARER_TOKEN_H
#define COG_FLOW_BEARER_TOKEN_H

#include "flow/bearer/bearer.h"

/* At most that long a token counts as verified, so that keys which the user pool has
 * withdrawn are noticed. */
#define COG_TOKEN_KEPT_SEC 300

/* The token is of the place's user pool and in time; whether the place wants it is for
 * cog_bearer_rules_check(). COG_E_BEARER when it is not even well-formed; COG_E_TOKEN_*;
 * or why it could not be verified. */
cog_err_t cog_bearer_identify(cog_flow_t *flow, cog_secret_t token,
                              const cog_bearer_t **bearer);

#endif
