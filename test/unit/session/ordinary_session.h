/* The session of an ordinary user. */
#ifndef COG_TEST_ORDINARY_SESSION_H
#define COG_TEST_ORDINARY_SESSION_H

#include "test/unit/unit.h"

#include "base/claim.h"
#include "session/session.h"

apr_array_header_t *claims_of(apr_pool_t *pool, const cog_claim_t *claims, size_t count);

/* With what Cognito says of a user with three groups. */
cog_session_t ordinary_session(apr_pool_t *pool);

#endif
