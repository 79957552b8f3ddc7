#include "test/unit/crypto/sealer.h"

#include <apr_strings.h>
#include <openssl/err.h>

#include "base/base64.h"

const cog_binding_t binding = {COG_PURPOSE_SESSION, "https://issuer.example", "client",
                               "__Host-cognito"};

cog_sealer_t sealer_of(apr_pool_t *pool, const char *first, const char *second)
{
    cog_secret_t secrets[] = {cog_secret_of(first), cog_secret_of(second)};
    cog_keyring_t *keyring;

    assert_int_equal(cog_keyring_make(pool, secrets, second ? 2 : 1, &keyring), COG_OK);
    return (cog_sealer_t){keyring, cog_random_system()};
}

const char *seal_text(apr_pool_t *pool, const cog_sealer_t *sealer,
                      const cog_binding_t *bound, const char *text)
{
    const char *sealed;

    assert_int_equal(cog_seal(pool, sealer, bound, cog_span_of(text), &sealed), COG_OK);
    return sealed;
}

unsigned char *bytes_of(apr_pool_t *pool, const char *sealed, size_t *len)
{
    cog_span_t data;

    assert_int_equal(cog_base64url_decode(pool, sealed, strlen(sealed), &data), COG_OK);
    *len = data.len;
    return apr_pmemdup(pool, data.bytes, data.len + 1);
}

cog_err_t open_text(apr_pool_t *pool, const cog_sealer_t *sealer, const char *text)
{
    cog_span_t plain = {NULL, 77};
    cog_err_t err =
        cog_unseal(pool, sealer->keyring, &binding, cog_span_of(text), &plain);

    assert_int_equal(plain.bytes != NULL, err == COG_OK);
    assert_int_equal(ERR_peek_error(), 0);
    return err;
}
