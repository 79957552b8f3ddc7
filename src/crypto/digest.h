/* SHA-256 in the forms that OAuth and OpenID Connect ask for. */
#ifndef COG_CRYPTO_DIGEST_H
#define COG_CRYPTO_DIGEST_H

#include <apr_pools.h>

#include "base/secret.h"
#include "base/span.h"

#define COG_SHA256_LEN 32

/* `digest` has COG_SHA256_LEN bytes. */
void cog_digest_sha256(cog_secret_t text, unsigned char *digest);

/* What a log may show of a secret: the first 6 hex digits of its SHA-256; "none" when
 * unset. */
const char *cog_secret_hint(apr_pool_t *pool, cog_secret_t secret);

/* base64url(SHA-256(verifier)): PKCE's S256 code challenge (RFC 7636, 4.2). */
const char *cog_digest_s256(apr_pool_t *pool, cog_secret_t verifier);

/* base64url of the left half of SHA-256(token): at_hash (OpenID Connect
 * Core 1.0, 3.1.3.6). */
const char *cog_digest_half(apr_pool_t *pool, cog_secret_t token);

/* Is `text` base64url(HMAC-SHA-256(key, data))? In constant time. */
int cog_hmac_is(apr_pool_t *pool, cog_secret_t key, cog_span_t data, const char *text);

/* base64url(HMAC-SHA-256(key, data)). */
const char *cog_hmac_text(apr_pool_t *pool, cog_secret_t key, cog_span_t data);

#endif
