#include "crypto/jwt.h"

#include <apr_strings.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"

static const char *encode(apr_pool_t *pool, cog_span_t bytes, int is_padded)
{
    static const char *const padding[] = {"", "==", "="};
    const char *text = cog_base64url_encode(pool, bytes);

    return is_padded ? apr_pstrcat(pool, text, padding[bytes.len % 3], NULL) : text;
}

/* The signing input, which then gets its signature (RFC 7515, 5.1). */
static const char *begin(apr_pool_t *pool, const char *header, const char *claims,
                         int is_padded)
{
    return apr_pstrcat(pool, encode(pool, cog_span_of(header), is_padded), ".",
                       encode(pool, cog_span_of(claims), is_padded), NULL);
}

static cog_err_t finish(apr_pool_t *pool, const cog_signing_key_t *key, const char *begun,
                        int is_padded, cog_secret_t *jwt)
{
    unsigned char signature[COG_SIGNATURE_LEN];
    char *text;

    COG_TRY(cog_signing_key_sign(key, cog_span_of(begun), signature));
    text = apr_pstrcat(
        pool, begun, ".",
        encode(pool, (cog_span_t){signature, sizeof(signature)}, is_padded), NULL);
    cog_secret_wipe_with(pool, text, strlen(text));
    *jwt = cog_secret_of(text);
    return COG_OK;
}

cog_err_t cog_jwt_sign(apr_pool_t *pool, const cog_signing_key_t *key,
                       const json_t *claims, cog_secret_t *jwt)
{
    json_t *header =
        cog_json_own(pool, json_pack("{s:s, s:s, s:s}", "alg", "ES256", "kid",
                                     cog_signing_key_id(key), "typ", "JWT"));
    const char *first = cog_json_write(pool, header);
    const char *second = cog_json_write(pool, claims);

    COG_REQUIRE(*first && *second, COG_E_INTERNAL);
    return finish(pool, key, begin(pool, first, second, 0), 0, jwt);
}

cog_err_t cog_jwt_sign_padded(apr_pool_t *pool, const cog_signing_key_t *key,
                              json_t *header, const json_t *claims, cog_secret_t *jwt)
{
    const char *first;
    const char *second = cog_json_write_in_order(pool, claims);

    json_object_set_new(header, "kid", json_string(cog_signing_key_id(key)));
    first = cog_json_write_in_order(pool, header);
    COG_REQUIRE(*first && *second, COG_E_INTERNAL);
    return finish(pool, key, begin(pool, first, second, 1), 1, jwt);
}
