/* What a backend is told of its user in a form that it can verify: a JWT that this site
 * has signed, for a short time. */
#ifndef COG_FLOW_ASSERTION_H
#define COG_FLOW_ASSERTION_H

#include "flow/bearer/bearer.h"
#include "flow/flow.h"

typedef enum {
    COG_ASSERTION_OWN,      /* iss and aud are URLs, claims are called as Cognito does */
    COG_ASSERTION_POMERIUM, /* X-Pomerium-Jwt-Assertion */
    COG_ASSERTION_ALB       /* x-amzn-oidc-data */
} cog_assertion_form_t;

/* What a place wants. */
typedef struct {
    cog_assertion_form_t form;
    const char *audience; /* NULL: the site itself */
    const char *signer;   /* of COG_ASSERTION_ALB; NULL: the site itself */
    int64_t ttl_sec;      /* it lives so long, but never longer than the session */
    const apr_array_header_t *claims; /* cog_claim_t: what it says of the user */
} cog_assertion_options_t;

/* One for this session, or for this bearer's token (NULL: by the session). It is signed
 * once and remembered for three quarters of its life, unless something in it changes. */
cog_err_t cog_assertion_make(const cog_flow_t *flow,
                             const cog_assertion_options_t *options,
                             const cog_session_t *session, const cog_bearer_t *bearer,
                             cog_secret_t *jwt);

#endif
