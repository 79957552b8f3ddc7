#include "crypto/seal.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/base64.h"
#include "base/secret.h"
#include "crypto/keyring_private.h"

#define VERSION    1
#define NONCE_LEN  12
#define TAG_LEN    16
#define HEAD_LEN   (1 + COG_KEY_ID_LEN + NONCE_LEN)
#define MAX_PLAIN  65536
#define MAX_BYTES  (HEAD_LEN + MAX_PLAIN + TAG_LEN)
#define MAX_SEALED (MAX_BYTES * 4 / 3 + 4)

static apr_status_t free_context(void *context)
{
    EVP_CIPHER_CTX_free(context);
    return APR_SUCCESS;
}

static EVP_CIPHER_CTX *make_context(apr_pool_t *pool)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

    if (context) {
        apr_pool_cleanup_register(pool, context, free_context, apr_pool_cleanup_null);
    }
    return context;
}

/* What is authenticated besides the text: no two bindings give the same bytes. */
static cog_span_t associated_data(apr_pool_t *pool, const cog_binding_t *binding)
{
    const char *parts[] = {binding->issuer, binding->client, binding->name};
    size_t lens[3];
    size_t room = 2;
    unsigned char *bytes;
    unsigned char *out;

    for (size_t i = 0; i < 3; ++i) {
        lens[i] = strlen(parts[i]) + 1;
        room += lens[i];
    }
    bytes = out = apr_palloc(pool, room);
    *out++ = VERSION;
    *out++ = (unsigned char)binding->purpose;
    for (size_t i = 0; i < 3; ++i) {
        memcpy(out, parts[i], lens[i]);
        out += lens[i];
    }
    return (cog_span_t){bytes, room};
}

static int encrypt(EVP_CIPHER_CTX *context, cog_span_t associated, cog_span_t plain,
                   unsigned char *out)
{
    int len;

    return EVP_EncryptUpdate(context, NULL, &len, associated.bytes,
                             (int)associated.len) &&
           EVP_EncryptUpdate(context, out, &len, plain.bytes, (int)plain.len) &&
           EVP_EncryptFinal_ex(context, out + plain.len, &len) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, out + plain.len);
}

cog_err_t cog_seal_bytes(apr_pool_t *pool, const cog_sealer_t *sealer,
                         const cog_binding_t *binding, cog_span_t plain,
                         cog_span_t *sealed)
{
    const cog_keyset_t *keys = &sealer->keyring->sets[0];
    const cog_random_t *random = sealer->random;
    size_t len = HEAD_LEN + plain.len + TAG_LEN;
    EVP_CIPHER_CTX *context;
    unsigned char *bytes;

    COG_REQUIRE(plain.len <= MAX_PLAIN, COG_E_TOO_LARGE);
    bytes = apr_palloc(pool, len);
    bytes[0] = VERSION;
    memcpy(bytes + 1, keys->id, COG_KEY_ID_LEN);
    COG_TRY(random->fill(random->context, bytes + HEAD_LEN - NONCE_LEN, NONCE_LEN));
    context = make_context(pool);
    COG_REQUIRE(context, COG_E_INTERNAL);
    COG_REQUIRE(EVP_EncryptInit_ex2(context, sealer->keyring->cipher,
                                    keys->keys[binding->purpose],
                                    bytes + HEAD_LEN - NONCE_LEN, NULL) == 1,
                COG_E_INTERNAL);
    COG_REQUIRE(encrypt(context, associated_data(pool, binding), plain, bytes + HEAD_LEN),
                COG_E_INTERNAL);
    *sealed = (cog_span_t){bytes, len};
    return COG_OK;
}

cog_err_t cog_seal(apr_pool_t *pool, const cog_sealer_t *sealer,
                   const cog_binding_t *binding, cog_span_t plain, const char **sealed)
{
    cog_span_t bytes;

    COG_TRY(cog_seal_bytes(pool, sealer, binding, plain, &bytes));
    *sealed = cog_base64url_encode(pool, bytes);
    return COG_OK;
}

static int has_id(const cog_keyset_t *keys, const unsigned char *id)
{
    return keys->id[0] == id[0] && keys->id[1] == id[1] && keys->id[2] == id[2];
}

typedef struct {
    cog_span_t associated;
    const unsigned char *nonce;
    cog_span_t text; /* followed by the tag */
    unsigned char *out;
} envelope_t;

static int decrypt(EVP_CIPHER_CTX *context, const envelope_t *envelope)
{
    unsigned char tag[TAG_LEN];
    cog_span_t associated = envelope->associated;
    cog_span_t text = envelope->text;
    int len;

    memcpy(tag, text.bytes + text.len, TAG_LEN);
    return EVP_DecryptInit_ex2(context, NULL, NULL, envelope->nonce, NULL) &&
           EVP_DecryptUpdate(context, NULL, &len, associated.bytes,
                             (int)associated.len) &&
           EVP_DecryptUpdate(context, envelope->out, &len, text.bytes, (int)text.len) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) &&
           EVP_DecryptFinal_ex(context, envelope->out + text.len, &len) > 0;
}

/* An envelope on its way. */
typedef struct {
    apr_pool_t *pool;
    const cog_keyring_t *keyring;
    cog_purpose_t purpose;
    cog_unseal_cache_key_t key; /* the envelope as it came, and where it belongs */
} opening_t;

cog_bound_t cog_binding_fix(apr_pool_t *pool, const cog_binding_t *binding)
{
    return (cog_bound_t){binding->purpose, associated_data(pool, binding)};
}

static opening_t begin(apr_pool_t *pool, const cog_keyring_t *keyring,
                       const cog_bound_t *bound, cog_span_t sealed)
{
    return (opening_t){
        pool, keyring, bound->purpose, {sealed, bound->bytes}
    };
}

/* Sessions come again and again. What else there is, tokens above all, is opened once in
 * a while and not left lying about. */
static int may_be_remembered(const opening_t *opening)
{
    return opening->purpose == COG_PURPOSE_SESSION;
}

static int remember(const opening_t *opening, cog_span_t *plain)
{
    return may_be_remembered(opening) &&
           cog_unseal_cache_find(opening->keyring->cache, opening->pool, &opening->key,
                                 plain);
}

/* A context that has refused something is not used again: who knows what it is left with.
 */
static int open_with(cog_cipher_pool_t *ciphers, const envelope_t *envelope)
{
    EVP_CIPHER_CTX *context = cog_cipher_pool_take(ciphers);

    if (!context || !decrypt(context, envelope)) {
        EVP_CIPHER_CTX_free(context);
        return 0;
    }
    cog_cipher_pool_put_back(ciphers, context);
    return 1;
}

/* Two secrets may have the same id by chance, so all that have it are tried. */
static int open_with_any(const opening_t *opening, const unsigned char *id,
                         const envelope_t *envelope)
{
    for (int i = 0; i < opening->keyring->count; ++i) {
        const cog_keyset_t *keys = &opening->keyring->sets[i];

        if (has_id(keys, id) && open_with(keys->ciphers[opening->purpose], envelope)) {
            return 1;
        }
    }
    /* what we leave in the thread's queue, mod_ssl would take for its own */
    ERR_clear_error();
    return 0;
}

static cog_err_t open_bytes(const opening_t *opening, cog_span_t all, cog_span_t *plain)
{
    envelope_t envelope;
    size_t len;

    COG_REQUIRE(all.len >= HEAD_LEN + TAG_LEN && all.len <= MAX_BYTES &&
                    all.bytes[0] == VERSION,
                COG_E_SEAL_BROKEN);
    len = all.len - HEAD_LEN - TAG_LEN;
    envelope.associated = opening->key.where;
    envelope.nonce = all.bytes + HEAD_LEN - NONCE_LEN;
    envelope.text = (cog_span_t){all.bytes + HEAD_LEN, len};
    envelope.out = apr_palloc(opening->pool, len + 1);
    cog_secret_wipe_with(opening->pool, envelope.out, len + 1);
    COG_REQUIRE(open_with_any(opening, all.bytes + 1, &envelope), COG_E_SEAL_BROKEN);
    envelope.out[len] = '\0';
    *plain = (cog_span_t){envelope.out, len};
    if (may_be_remembered(opening)) {
        cog_unseal_cache_keep(opening->keyring->cache, &opening->key, *plain);
    }
    return COG_OK;
}

cog_err_t cog_unseal_bytes(apr_pool_t *pool, const cog_keyring_t *keyring,
                           const cog_binding_t *binding, cog_span_t sealed,
                           cog_span_t *plain)
{
    cog_bound_t bound = cog_binding_fix(pool, binding);
    opening_t opening = begin(pool, keyring, &bound, sealed);

    return remember(&opening, plain) ? COG_OK : open_bytes(&opening, sealed, plain);
}

cog_err_t cog_unseal(apr_pool_t *pool, const cog_keyring_t *keyring,
                     const cog_binding_t *binding, cog_span_t sealed, cog_span_t *plain)
{
    cog_bound_t bound = cog_binding_fix(pool, binding);

    return cog_unseal_bound(pool, keyring, &bound, sealed, plain);
}

cog_err_t cog_unseal_bound(apr_pool_t *pool, const cog_keyring_t *keyring,
                           const cog_bound_t *bound, cog_span_t sealed, cog_span_t *plain)
{
    opening_t opening = begin(pool, keyring, bound, sealed);
    cog_span_t all;

    if (remember(&opening, plain)) {
        return COG_OK;
    }
    COG_REQUIRE(sealed.len <= MAX_SEALED, COG_E_SEAL_BROKEN);
    COG_REQUIRE(cog_base64url_decode(pool, (const char *)sealed.bytes, sealed.len,
                                     &all) == COG_OK,
                COG_E_SEAL_BROKEN);
    return open_bytes(&opening, all, plain);
}
