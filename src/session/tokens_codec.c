#include "session/tokens_codec.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <string.h>

#include "base/base64.h"
#include "base/pack.h"

#define VERSION   2
#define MAX_PARTS 5 /* of a compact JWE (RFC 7516, 3.1); 3 of a JWT */

/* What a token is packed as: unset, a text, or that many parts that were base64url. */
enum { UNSET, TEXT, FIRST_PARTS };

/* The first part of each refresh token of Cognito's; no bytes stand for it. */
static const char usual_header[] =
    "{\"cty\":\"JWT\",\"enc\":\"A256GCM\",\"alg\":\"RSA-OAEP\"}";

/* The parts between the dots, decoded; 0 when they would not be written the same again.
 */
static int decode_parts(apr_pool_t *pool, cog_secret_t token, cog_span_t *parts)
{
    const char *part = token.bytes;
    int count = 0;

    for (;;) {
        size_t len = strcspn(part, ".");

        if (count == MAX_PARTS || (count == 0 && len == 0) ||
            cog_base64url_decode(pool, part, len, &parts[count]) != COG_OK) {
            return 0;
        }
        ++count;
        if (!part[len]) {
            return count;
        }
        part += len + 1;
    }
}

static int is_usual_header(cog_span_t part)
{
    return part.len == strlen(usual_header) &&
           strncmp((const char *)part.bytes, usual_header, part.len) == 0;
}

static void pack_parts(apr_pool_t *pool, cog_packer_t *packer, const cog_span_t *parts,
                       int count)
{
    cog_pack_number(packer, FIRST_PARTS + (uint64_t)count);
    for (int i = 0; i < count; ++i) {
        int is_left_out = i == 0 && is_usual_header(parts[i]);

        cog_pack_bytes(packer, parts[i].bytes, is_left_out ? 0 : parts[i].len);
        cog_secret_wipe_with(pool, (void *)(uintptr_t)parts[i].bytes, parts[i].len);
    }
}

static void pack_token(apr_pool_t *pool, cog_packer_t *packer, cog_secret_t token)
{
    cog_span_t parts[MAX_PARTS];
    int count;

    if (!cog_secret_is_set(token)) {
        cog_pack_number(packer, UNSET);
        return;
    }
    count = decode_parts(pool, token, parts);
    if (count > 0) {
        pack_parts(pool, packer, parts, count);
        return;
    }
    cog_pack_number(packer, TEXT);
    cog_pack_text(packer, token.bytes);
}

cog_span_t cog_session_tokens_encode(apr_pool_t *pool, const cog_session_tokens_t *tokens)
{
    cog_packer_t packer;

    cog_pack_begin(pool, &packer, 4096);
    cog_pack_number(&packer, VERSION);
    pack_token(pool, &packer, tokens->refresh_token);
    pack_token(pool, &packer, tokens->nonce);
    pack_token(pool, &packer, tokens->id_token);
    pack_token(pool, &packer, tokens->access_token);
    return cog_pack_end(&packer);
}

static cog_secret_t own_secret(apr_pool_t *pool, const char *text)
{
    cog_secret_t secret = cog_secret_of(text);

    cog_secret_wipe_with(pool, (void *)(uintptr_t)secret.bytes, secret.len);
    return secret;
}

static cog_secret_t unpack_parts(apr_pool_t *pool, cog_unpacker_t *unpacker, int count)
{
    apr_array_header_t *parts = apr_array_make(pool, count, sizeof(const char *));

    for (int i = 0; i < count; ++i) {
        cog_span_t bytes = cog_unpack_span(unpacker);
        const char *part;

        if (i == 0 && bytes.len == 0) {
            bytes = cog_span_of(usual_header);
        }
        part = cog_base64url_encode(pool, bytes);
        APR_ARRAY_PUSH(parts, const char *) = own_secret(pool, part).bytes;
    }
    return own_secret(pool, apr_array_pstrcat(pool, parts, '.'));
}

static cog_secret_t unpack_token(apr_pool_t *pool, cog_unpacker_t *unpacker)
{
    uint64_t kind = cog_unpack_number(unpacker);

    if (kind == TEXT) {
        return own_secret(pool, apr_pstrdup(pool, cog_unpack_text(unpacker)));
    }
    if (kind > FIRST_PARTS && kind <= FIRST_PARTS + MAX_PARTS) {
        return unpack_parts(pool, unpacker, (int)kind - FIRST_PARTS);
    }
    unpacker->is_broken |= kind != UNSET;
    return cog_secret_of(NULL);
}

cog_err_t cog_session_tokens_decode(apr_pool_t *pool, cog_span_t record,
                                    cog_session_tokens_t *tokens)
{
    cog_unpacker_t unpacker;
    cog_session_tokens_t found;

    cog_unpack_begin(&unpacker, record);
    COG_REQUIRE(cog_unpack_number(&unpacker) == VERSION, COG_E_NO_SESSION);
    found.refresh_token = unpack_token(pool, &unpacker);
    found.nonce = unpack_token(pool, &unpacker);
    found.id_token = unpack_token(pool, &unpacker);
    found.access_token = unpack_token(pool, &unpacker);
    COG_REQUIRE(cog_unpack_is_complete(&unpacker), COG_E_NO_SESSION);
    *tokens = found;
    return COG_OK;
}
