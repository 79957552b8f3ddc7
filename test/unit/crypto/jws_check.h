/* A good token, and what every token goes through. */
#ifndef COG_TEST_JWS_CHECK_H
#define COG_TEST_JWS_CHECK_H

#include "test/unit/unit.h"

#include "crypto/jws.h"
#include "test/unit/jwt_maker.h"

#define KID     "kbxEboFjTrF9NUaco1UzsY9LdPEXghei2viYpCCaALU="
#define HEADER  "{\"kid\":\"" KID "\",\"alg\":\"RS256\"}"
#define PAYLOAD "{\"iss\":\"https:\\/\\/issuer.example\",\"sub\":\"alice\"}"

/* Of this key, header and payload. */
jwt_maker_t *signer(apr_pool_t *pool);
const char *good_token(apr_pool_t *pool);

/* Parse, find the key in one set, verify; the set of the signer's key. */
cog_err_t check_with(apr_pool_t *pool, const char *jwks, const char *token,
                     json_t **claims);
cog_err_t check(apr_pool_t *pool, const char *token);

#endif
