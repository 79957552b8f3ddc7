/* Reaches: cog_unseal, cog_seal, with a fixed key and fixed nonces. The first byte says
 * what follows: 's' a sealed text, of which only the known one opens; 'p' a plaintext,
 * which is sealed and opened. */
#include "test/fuzz/fuzz.h"

#include "crypto/seal.h"

/* "plain text", sealed by another implementation */
#define KNOWN "AXF-mAABAgMEBQYHCAkKC8TcekPlNr2A8elGgzRHSS3wfCgxXEj5ZKOD"

static const cog_binding_t binding = {COG_PURPOSE_SESSION, "https://issuer.example",
                                      "client", "__Host-cognito"};

static cog_err_t fill(void *context, unsigned char *bytes, size_t len)
{
    (void)context;
    for (size_t i = 0; i < len; ++i) {
        bytes[i] = (unsigned char)i;
    }
    return COG_OK;
}

static const cog_keyring_t *known_keyring(apr_pool_t *pool)
{
    const cog_secret_t secret = cog_secret_of("0123456789abcdef0123456789abcdef");
    cog_keyring_t *keyring;

    must(cog_keyring_make(pool, &secret, 1, &keyring) == COG_OK);
    return keyring;
}

static void check_sealed(apr_pool_t *pool, cog_span_t sealed)
{
    int is_known =
        sealed.len == sizeof(KNOWN) - 1 && memcmp(sealed.bytes, KNOWN, sealed.len) == 0;
    cog_span_t plain;
    cog_err_t err = cog_unseal(pool, known_keyring(pool), &binding, sealed, &plain);

    must(err == (is_known ? COG_OK : COG_E_SEAL_BROKEN));
    must(!is_known || strcmp((const char *)plain.bytes, "plain text") == 0);
}

static void check_plain(apr_pool_t *pool, cog_span_t plain)
{
    static const cog_random_t random = {NULL, fill};
    const cog_sealer_t sealer = {known_keyring(pool), &random};
    const char *sealed;
    cog_span_t again;

    if (plain.len > 65536) {
        must(cog_seal(pool, &sealer, &binding, plain, &sealed) == COG_E_TOO_LARGE);
        return;
    }
    must(cog_seal(pool, &sealer, &binding, plain, &sealed) == COG_OK);
    must(cog_unseal(pool, known_keyring(pool), &binding, cog_span_of(sealed), &again) ==
         COG_OK);
    must(again.len == plain.len && memcmp(again.bytes, plain.bytes, plain.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();

    if (size > 0 && data[0] == 's') {
        check_sealed(pool, (cog_span_t){data + 1, size - 1});
    }
    if (size > 0 && data[0] == 'p') {
        check_plain(pool, (cog_span_t){data + 1, size - 1});
    }
    apr_pool_destroy(pool);
    return 0;
}
