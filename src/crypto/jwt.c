#include "crypto/jwt.h"

#include <apr_strings.h>
#include <openssl/err.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "crypto/signing_key_private.h"

static cjose_header_t *header_of(const cog_signing_key_t *key)
{
    cjose_header_t *header = cjose_header_new(NULL);

    if (header && cjose_header_set(header, CJOSE_HDR_ALG, CJOSE_HDR_ALG_ES256, NULL) &&
        cjose_header_set(header, CJOSE_HDR_KID, cog_signing_key_id(key), NULL) &&
        cjose_header_set(header, "typ", "JWT", NULL)) {
        return header;
    }
    cjose_header_release(header);
    return NULL;
}

static cjose_jws_t *sign(const cog_signing_key_t *key, const char *payload)
{
    cjose_header_t *header = header_of(key);
    cjose_jws_t *jws =
        header ? cjose_jws_sign(cog_signing_key_jose(key), header,
                                (const uint8_t *)payload, strlen(payload), NULL)
               : NULL;

    cjose_header_release(header);
    return jws;
}

cog_err_t cog_jwt_sign(apr_pool_t *pool, const cog_signing_key_t *key,
                       const json_t *claims, cog_secret_t *jwt)
{
    const char *payload = cog_json_write(pool, claims);
    cjose_jws_t *jws = *payload ? sign(key, payload) : NULL;
    const char *text = NULL;
    int is_signed = jws && cjose_jws_export(jws, &text, NULL);

    if (is_signed) {
        *jwt = cog_secret_copy(pool, text, strlen(text));
    }
    cjose_jws_release(jws);
    ERR_clear_error(); /* what we leave there, mod_ssl would take for its own */
    return is_signed ? COG_OK : COG_E_INTERNAL;
}

/* ---- cjose knows no padding ---- */

static const char *padded(apr_pool_t *pool, cog_span_t bytes)
{
    static const char *const padding[] = {"", "==", "="};

    return apr_pstrcat(pool, cog_base64url_encode(pool, bytes), padding[bytes.len % 3],
                       NULL);
}

cog_err_t cog_jwt_sign_padded(apr_pool_t *pool, const cog_signing_key_t *key,
                              json_t *header, const json_t *claims, cog_secret_t *jwt)
{
    unsigned char signature[COG_SIGNATURE_LEN];
    const char *text;
    const char *first;
    const char *second = cog_json_write_in_order(pool, claims);

    json_object_set_new(header, "kid", json_string(cog_signing_key_id(key)));
    first = cog_json_write_in_order(pool, header);
    COG_REQUIRE(*first && *second, COG_E_INTERNAL);
    text = apr_pstrcat(pool, padded(pool, cog_span_of(first)), ".",
                       padded(pool, cog_span_of(second)), NULL);
    COG_TRY(cog_signing_key_sign(key, cog_span_of(text), signature));
    text = apr_pstrcat(pool, text, ".",
                       padded(pool, (cog_span_t){signature, sizeof(signature)}), NULL);
    *jwt = cog_secret_copy(pool, text, strlen(text));
    return COG_OK;
}
