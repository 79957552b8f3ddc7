/* Reaches: cog_login_state_unseal, cog_login_state_read, cog_login_state_seal,
 * cog_login_state_write, with a fixed key. The first byte chooses: 'c' a cookie's value,
 * 's' a state parameter, 'C' and 'S' the plaintext of one, which is sealed first. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>

#include "session/login_state.h"

#define NAME "__Host-cognito_login_AAAAAAAA"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static cog_err_t fill(void *context, unsigned char *bytes, size_t len)
{
    (void)context;
    memset(bytes, 0, len);
    return COG_OK;
}

static const cog_keyring_t *fixed_keyring(apr_pool_t *pool)
{
    const cog_secret_t secret = cog_secret_of("a fixed key that is known to the seeds");
    cog_keyring_t *keyring;

    must(cog_keyring_make(pool, &secret, 1, &keyring) == COG_OK);
    return keyring;
}

static const char *seal(apr_pool_t *pool, const cog_sealer_t *sealer,
                        cog_purpose_t purpose, cog_span_t plain)
{
    cog_binding_t binding = {purpose, "", "",
                             purpose == COG_PURPOSE_LOGIN ? NAME : "state"};
    const char *sealed;

    return cog_seal(pool, sealer, &binding, plain, &sealed) == COG_OK ? sealed : "";
}

/* What opens is whole, and is written and opened again as the same. */
static void check_cookie(apr_pool_t *pool, const cog_sealer_t *sealer, cog_span_t value)
{
    cog_login_state_t *login, *again;
    const char *sealed;

    if (cog_login_state_unseal(pool, sealer->keyring, value, NAME, &login) != COG_OK) {
        return;
    }
    must(*login->nonce && *login->redirect_uri && *login->return_to);
    must(login->code_verifier.len > 0 && login->created >= 0);
    must(cog_login_state_seal(pool, sealer, login, NAME, &sealed) == COG_OK);
    must(cog_login_state_unseal(pool, sealer->keyring, cog_span_of(sealed), NAME,
                                &again) == COG_OK);
    must(cog_login_state_is_same(login, again) && login->created == again->created);
    must(login->attempt == again->attempt && strcmp(login->client, again->client) == 0);
    must(login->max_age_sec >= 0 && login->max_age_sec == again->max_age_sec);
    must(*login->client_mark && strcmp(login->client_mark, again->client_mark) == 0);
    must(strcmp(login->return_to, again->return_to) == 0);
    must(strcmp(login->provider, again->provider) == 0);
    must(strcmp(login->form, again->form) == 0);
}

static void check_state(apr_pool_t *pool, const cog_sealer_t *sealer, const char *text)
{
    cog_login_state_t *login, *again;
    const char *sealed;

    if (cog_login_state_read(pool, sealer->keyring, text, &login) != COG_OK) {
        return;
    }
    must(*login->return_to != '\0' && login->created >= 0);
    must(cog_login_state_write(pool, sealer, login, &sealed) == COG_OK);
    must(cog_login_state_read(pool, sealer->keyring, sealed, &again) == COG_OK);
    must(cog_login_state_is_same(login, again) && login->created == again->created);
    must(login->attempt == again->attempt);
    must(login->max_age_sec >= 0 && login->max_age_sec == again->max_age_sec);
}

static void check(apr_pool_t *pool, char kind, cog_span_t input)
{
    static const cog_random_t random = {NULL, fill};
    cog_sealer_t sealer = {fixed_keyring(pool), &random};

    switch (kind) {
    case 'c':
        check_cookie(pool, &sealer, input);
        break;
    case 's':
        check_state(pool, &sealer,
                    apr_pstrmemdup(pool, (const char *)input.bytes, input.len));
        break;
    case 'C':
        check_cookie(pool, &sealer,
                     cog_span_of(seal(pool, &sealer, COG_PURPOSE_LOGIN, input)));
        break;
    case 'S':
        check_state(pool, &sealer, seal(pool, &sealer, COG_PURPOSE_STATE, input));
        break;
    default:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *pool;

    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    if (size > 0) {
        check(pool, (char)data[0], (cog_span_t){data + 1, size - 1});
    }
    apr_pool_clear(pool);
    return 0;
}
