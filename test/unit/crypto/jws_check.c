#include "test/unit/crypto/jws_check.h"

jwt_maker_t *signer(apr_pool_t *pool)
{
    return jwt_maker_make(pool, KID);
}

const char *good_token(apr_pool_t *pool)
{
    return jwt_maker_sign_as(pool, signer(pool), HEADER, PAYLOAD);
}

cog_err_t check_with(apr_pool_t *pool, const char *jwks, const char *token,
                     json_t **claims)
{
    cog_jwk_set_t *set;
    const cog_jwk_t *key;
    cog_jws_t *jws;

    assert_int_equal(cog_jwk_set_parse(pool, cog_span_of(jwks), &set), COG_OK);
    COG_TRY(cog_jws_parse(pool, cog_secret_of(token), &jws));
    key = cog_jwk_set_find(set, cog_jws_kid(jws));
    COG_REQUIRE(key, COG_E_TOKEN_KEY);
    return cog_jws_verify(jws, key, claims);
}

cog_err_t check(apr_pool_t *pool, const char *token)
{
    json_t *claims = NULL;
    cog_err_t err = check_with(pool, jwt_maker_jwks(pool, signer(pool)), token, &claims);

    assert_int_equal(claims != NULL, err == COG_OK);
    return err;
}
