/* Reaches: cog_session_tokens_decode, cog_session_tokens_encode. The input is the
 * plaintext of a tokens cookie or entry, and a token as well. What decodes, and any text,
 * comes back byte for byte. */
#include "test/fuzz/fuzz.h"

#include "session/tokens_codec.h"

static void check_same(cog_secret_t a, cog_secret_t b)
{
    must(cog_secret_is_set(a) == cog_secret_is_set(b));
    must(!cog_secret_is_set(a) || cog_secret_equal(a, b));
}

static void check_kept(apr_pool_t *pool, const cog_session_tokens_t *tokens)
{
    cog_session_tokens_t again;

    must(cog_session_tokens_decode(pool, cog_session_tokens_encode(pool, tokens),
                                   &again) == COG_OK);
    check_same(tokens->refresh_token, again.refresh_token);
    check_same(tokens->nonce, again.nonce);
    check_same(tokens->id_token, again.id_token);
    check_same(tokens->access_token, again.access_token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    char *text = fuzz_text(data, size);
    cog_session_tokens_t tokens;

    if (cog_session_tokens_decode(pool, (cog_span_t){data, size}, &tokens) == COG_OK) {
        check_kept(pool, &tokens);
    }
    tokens = (cog_session_tokens_t){.refresh_token = cog_secret_of(text)};
    check_kept(pool, &tokens);
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
