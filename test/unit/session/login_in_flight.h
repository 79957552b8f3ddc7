/* A login that is on its way. */
#ifndef COG_TEST_LOGIN_IN_FLIGHT_H
#define COG_TEST_LOGIN_IN_FLIGHT_H

#include "test/unit/unit.h"

#include "crypto/seal.h"
#include "session/login_state.h"

#define SITE_SECRET "a secret of the site, of more than 32 bytes"

/* What a site with this secret seals with. */
cog_sealer_t site_sealer(apr_pool_t *pool, const char *secret);

cog_login_state_t *login_to(apr_pool_t *pool, const char *return_to);

#endif
