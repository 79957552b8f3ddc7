/* Reaches: cog_jws_parse, cog_jws_verify, with a fixed key set. The input is a token.
 * Nobody can sign another one, so only the known one may be accepted, in its one
 * spelling.
 */
#include "test/fuzz/fuzz.h"

#include "crypto/jws.h"
#include "test/fuzz/known_token.h"

static void check(apr_pool_t *pool, const char *text, const cog_jws_t *jws)
{
    size_t kid_len = strlen(cog_jws_kid(jws));
    json_t *claims = NULL;
    const cog_jwk_t *key;
    cog_jwk_set_t *set;

    must(cog_jwk_set_parse(pool, cog_span_of(known_jwks), &set) == COG_OK);
    key = cog_jwk_set_find(set, cog_jws_kid(jws));
    must(strlen(text) <= COG_JWS_MAX_LEN);
    must(kid_len >= 1 && kid_len <= 128);
    must(cog_jws_claimed_issuer(jws) != NULL);
    if (key && cog_jws_verify(jws, key, &claims) == COG_OK) {
        must(strcmp(text, known_token) == 0);
        must(json_is_object(claims));
    }
    must((claims != NULL) == (strcmp(text, known_token) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    char *text = fuzz_text(data, size);
    cog_jws_t *jws;

    if (cog_jws_parse(pool, cog_secret_of(text), &jws) == COG_OK) {
        check(pool, text, jws);
    }
    else {
        must(strcmp(text, known_token) != 0);
    }
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
