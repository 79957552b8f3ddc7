#include "test/unit/session/login_in_flight.h"

cog_sealer_t site_sealer(apr_pool_t *pool, const char *secret)
{
    cog_secret_t secrets[] = {cog_secret_of(secret)};
    cog_keyring_t *keyring;

    assert_int_equal(cog_keyring_make(pool, secrets, 1, &keyring), COG_OK);
    return (cog_sealer_t){keyring, cog_random_system()};
}

cog_login_state_t *login_to(apr_pool_t *pool, const char *return_to)
{
    cog_login_state_t *login;

    assert_int_equal(cog_login_state_make(pool, cog_random_system(), &login), COG_OK);
    login->created = 1795000000;
    login->attempt = 1;
    login->max_age_sec = 900;
    login->client = "staff";
    login->client_mark = "LCa0a2j_xo_5m0U8HTBBNA";
    login->redirect_uri = "https://app.example.com/.cognito/callback";
    login->return_to = return_to;
    return login;
}
