/* Reaches: cog_jwk_set_parse, cog_jwk_set_find, cog_jws_verify. The input is a key set.
 * Every key of it can be tried on a token. */
#include "test/fuzz/fuzz.h"

#include "crypto/jws.h"
#include "test/fuzz/known_token.h"

static void check(apr_pool_t *pool, const cog_jwk_set_t *set)
{
    const cog_jwk_t *key;
    cog_jws_t *jws;
    json_t *claims;

    must(cog_jwk_set_count(set) >= 1 && cog_jwk_set_count(set) <= 32);
    must(cog_jws_parse(pool, cog_secret_of(known_token), &jws) == COG_OK);
    key = cog_jwk_set_find(set, cog_jws_kid(jws));
    if (key) {
        cog_err_t err = cog_jws_verify(jws, key, &claims);

        must(err == COG_OK || err == COG_E_TOKEN_SIGNATURE);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    cog_jwk_set_t *set;
    cog_err_t err = cog_jwk_set_parse(pool, (cog_span_t){data, size}, &set);

    if (err == COG_OK) {
        check(pool, set);
    }
    must(err == COG_OK || err == COG_E_JWKS);
    apr_pool_destroy(pool);
    return 0;
}
