#include "crypto/keyring.h"

#include <apr_strings.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#include "base/base64.h"
#include "crypto/keyring_private.h"

/* Part of the format: a changed name makes all that was sealed before unreadable. */
static const char *const purposes[COG_PURPOSE_COUNT] = {
    [COG_PURPOSE_SESSION] = "mod_auth_cognito 1 session",
    [COG_PURPOSE_TOKENS] = "mod_auth_cognito 1 tokens",
    [COG_PURPOSE_LOGIN] = "mod_auth_cognito 1 login",
    [COG_PURPOSE_STATE] = "mod_auth_cognito 1 state",
    [COG_PURPOSE_RETURN] = "mod_auth_cognito 1 return",
    [COG_PURPOSE_CONFIRM] = "mod_auth_cognito 1 confirm",
    [COG_PURPOSE_RENEWAL] = "mod_auth_cognito 1 renewal",
    [COG_PURPOSE_END] = "mod_auth_cognito 1 end",
    [COG_PURPOSE_ASSERTION] = "mod_auth_cognito 1 assertion",
    [COG_PURPOSE_FORM] = "mod_auth_cognito 1 form",
};

static const char key_id[] = "mod_auth_cognito 1 key id";

/* RFC 5869 without salt. */
static cog_err_t derive(EVP_KDF_CTX *context, cog_secret_t secret, const char *info,
                        unsigned char *key, size_t len)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char[]){"SHA256"}, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
                                          (void *)(uintptr_t)secret.bytes, secret.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info,
                                          strlen(info)),
        OSSL_PARAM_construct_end(),
    };

    EVP_KDF_CTX_reset(context);
    COG_REQUIRE(EVP_KDF_derive(context, key, len, params) == 1, COG_E_INTERNAL);
    return COG_OK;
}

static cog_err_t derive_all(EVP_KDF_CTX *context, cog_secret_t secret, cog_keyset_t *keys)
{
    COG_REQUIRE(secret.len >= COG_SECRET_MIN_LEN, COG_E_MISCONFIGURED);
    COG_TRY(derive(context, secret, key_id, keys->id, sizeof(keys->id)));
    for (int purpose = 0; purpose < COG_PURPOSE_COUNT; ++purpose) {
        COG_TRY(
            derive(context, secret, purposes[purpose], keys->keys[purpose], COG_KEY_LEN));
    }
    return COG_OK;
}

static apr_status_t free_cipher(void *cipher)
{
    EVP_CIPHER_free(cipher);
    return APR_SUCCESS;
}

static cog_err_t make_cipher(apr_pool_t *pool, EVP_CIPHER **cipher)
{
    EVP_CIPHER *made = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);

    COG_REQUIRE(made, COG_E_INTERNAL);
    apr_pool_cleanup_register(pool, made, free_cipher, apr_pool_cleanup_null);
    *cipher = made;
    return COG_OK;
}

static EVP_KDF_CTX *make_context(void)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;

    EVP_KDF_free(kdf);
    return context;
}

cog_err_t cog_keyring_derive(cog_secret_t secret, const char *info, unsigned char *key,
                             size_t len)
{
    EVP_KDF_CTX *context = make_context();
    cog_err_t err = context ? derive(context, secret, info, key, len) : COG_E_INTERNAL;

    EVP_KDF_CTX_free(context);
    return err;
}

static cog_err_t derive_keysets(const cog_secret_t *secrets, cog_keyring_t *keyring)
{
    EVP_KDF_CTX *context = make_context();
    cog_err_t err = context ? COG_OK : COG_E_INTERNAL;

    for (int i = 0; err == COG_OK && i < keyring->count; ++i) {
        err = derive_all(context, secrets[i], &keyring->sets[i]);
    }
    /* not with the pool: it holds a copy of a secret */
    EVP_KDF_CTX_free(context);
    return err;
}

static void make_shelves(apr_pool_t *conf_pool, cog_keyring_t *keyring)
{
    for (int i = 0; i < keyring->count; ++i) {
        cog_keyset_t *set = &keyring->sets[i];

        for (int purpose = 0; purpose < COG_PURPOSE_COUNT; ++purpose) {
            set->ciphers[purpose] =
                cog_cipher_pool_make(conf_pool, keyring->cipher, set->keys[purpose]);
        }
    }
}

cog_err_t cog_keyring_make(apr_pool_t *conf_pool, const cog_secret_t *secrets, int count,
                           cog_keyring_t **keyring)
{
    cog_keyring_t *made = apr_pcalloc(conf_pool, sizeof(*made));

    COG_REQUIRE(count >= 1 && count <= COG_KEYRING_MAX, COG_E_MISCONFIGURED);
    made->count = count;
    cog_secret_wipe_with(conf_pool, made->sets, sizeof(made->sets));
    COG_TRY(make_cipher(conf_pool, &made->cipher));
    COG_TRY(derive_keysets(secrets, made));
    make_shelves(conf_pool, made);
    made->cache = cog_unseal_cache_make(conf_pool);
    *keyring = made;
    return COG_OK;
}

cog_secret_t cog_keyring_mac_key(const cog_keyring_t *keyring, cog_purpose_t purpose)
{
    return (cog_secret_t){(const char *)keyring->sets[0].keys[purpose], COG_KEY_LEN};
}

int cog_keyring_count(const cog_keyring_t *keyring)
{
    return keyring->count;
}

const char *cog_keyring_id_text(apr_pool_t *pool, const cog_keyring_t *keyring, int index)
{
    const cog_keyset_t *set = &keyring->sets[index];

    return cog_base64url_encode(pool, (cog_span_t){set->id, sizeof(set->id)});
}
