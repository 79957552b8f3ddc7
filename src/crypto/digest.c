#include "crypto/digest.h"

#include <apr_strings.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>

#include "base/base64.h"

void cog_digest_sha256(cog_secret_t secret, unsigned char *digest)
{
    SHA256((const unsigned char *)(secret.bytes ? secret.bytes : ""), secret.len, digest);
}

const char *cog_secret_hint(apr_pool_t *pool, cog_secret_t secret)
{
    unsigned char digest[COG_SHA256_LEN];

    if (!cog_secret_is_set(secret)) {
        return "none";
    }
    cog_digest_sha256(secret, digest);
    return apr_psprintf(pool, "%02x%02x%02x", digest[0], digest[1], digest[2]);
}

const char *cog_digest_s256(apr_pool_t *pool, cog_secret_t verifier)
{
    unsigned char digest[COG_SHA256_LEN];

    cog_digest_sha256(verifier, digest);
    return cog_base64url_encode(pool, (cog_span_t){digest, sizeof(digest)});
}

const char *cog_digest_half(apr_pool_t *pool, cog_secret_t token)
{
    unsigned char digest[COG_SHA256_LEN];

    cog_digest_sha256(token, digest);
    return cog_base64url_encode(pool, (cog_span_t){digest, sizeof(digest) / 2});
}

const char *cog_hmac_text(apr_pool_t *pool, cog_secret_t key, cog_span_t data)
{
    unsigned char mac[COG_SHA256_LEN];

    if (!HMAC(EVP_sha256(), key.bytes, (int)key.len, data.bytes, data.len, mac, NULL)) {
        return NULL;
    }
    return cog_base64url_encode(pool, (cog_span_t){mac, sizeof(mac)});
}

int cog_hmac_is(apr_pool_t *pool, cog_secret_t key, cog_span_t data, const char *text)
{
    const char *expected = cog_hmac_text(pool, key, data);

    return cog_secret_equal(cog_secret_of(expected), cog_secret_of(text));
}
