/* Reaches: cog_tokens_parse, cog_tokens_error_text. The input is the body of a token
 * endpoint's answer. What is taken is complete, what is shown is fit for a log. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>

#include "base/text.h"
#include "oidc/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static void check_token(cog_secret_t token, size_t size)
{
    must(token.len > 0 && token.len < size && strlen(token.bytes) == token.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *pool;
    cog_span_t body = {data, size};
    cog_tokens_t tokens;

    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    if (cog_tokens_parse(pool, 200, body, &tokens) == COG_OK) {
        check_token(tokens.id_token, size);
        check_token(tokens.access_token, size);
        if (cog_secret_is_set(tokens.refresh_token)) {
            check_token(tokens.refresh_token, size);
        }
        must(tokens.expires_in >= 0);
    }
    must(cog_tokens_parse(pool, 400, body, &tokens) != COG_OK);
    must(!cog_text_has_control(cog_tokens_error_text(pool, body)));
    apr_pool_clear(pool);
    return 0;
}
