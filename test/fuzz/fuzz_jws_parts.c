/* Reaches: cog_jws_parse, cog_jws_verify, behind base64: the input is header, payload and
 * signature as bytes, with a NUL between them. Of what our front has
 * passed, a wrong signature is all that can be said. */
#include "test/fuzz/fuzz.h"

#include <apr_strings.h>

#include "base/base64.h"
#include "crypto/jws.h"
#include "test/fuzz/known_token.h"

static const char *part(apr_pool_t *pool, cog_span_t *rest)
{
    const unsigned char *end = rest->len ? memchr(rest->bytes, 0, rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->bytes) : rest->len;
    cog_span_t bytes = {rest->bytes, len};

    rest->bytes += end ? len + 1 : len;
    rest->len -= end ? len + 1 : len;
    return cog_base64url_encode(pool, bytes);
}

static void check(apr_pool_t *pool, const char *token)
{
    cog_jwk_set_t *set;
    const cog_jwk_t *key;
    cog_jws_t *jws;
    json_t *claims;
    cog_err_t err;

    if (cog_jws_parse(pool, cog_secret_of(token), &jws) != COG_OK) {
        return;
    }
    must(cog_jwk_set_parse(pool, cog_span_of(known_jwks), &set) == COG_OK);
    key = cog_jwk_set_find(set, KNOWN_KID);
    err = cog_jws_verify(jws, key, &claims);
    must(err == (strcmp(token, known_token) == 0 ? COG_OK : COG_E_TOKEN_SIGNATURE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    cog_span_t rest = {data, size};
    const char *header = part(pool, &rest);
    const char *payload = part(pool, &rest);
    const char *signature = cog_base64url_encode(pool, rest);

    check(pool, apr_pstrcat(pool, header, ".", payload, ".", signature, NULL));
    apr_pool_destroy(pool);
    return 0;
}
