/* What an assertion says, in the form that its backend reads. */
#ifndef COG_FLOW_ASSERTION_CLAIMS_H
#define COG_FLOW_ASSERTION_CLAIMS_H

#include <jansson.h>

#include "crypto/signing_keys.h"
#include "flow/assertion/assertion.h"

/* An assertion that is being made. Times are seconds since 1970. */
typedef struct {
    const cog_flow_t *flow;
    const cog_assertion_options_t *options;
    const cog_session_t *session;
    int64_t now;
    int64_t expires;
    json_t *claims; /* an object */
} cog_assertion_draft_t;

/* Set the claims of a draft, and make the statement that is to be signed. */
cog_err_t cog_assertion_write(const cog_assertion_draft_t *draft,
                              cog_statement_t *statement);

#endif
