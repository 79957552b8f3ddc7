/* Reaches: cog_bearer_read, cog_bearer_is_wellformed, cog_challenge_write. The input is
 * an Authorization header. A token that is read holds nothing that could end a header, a
 * word or a quoted text. */
#include "test/fuzz/fuzz.h"

#include "oidc/bearer.h"

static void check_challenge(apr_pool_t *pool, const char *text)
{
    const cog_challenge_t challenge = {.realm = text};
    const char *written = cog_challenge_write(pool, &challenge);
    const char *c = written + strlen("Bearer realm=\"");

    for (; *c != '"'; ++c) {
        must((unsigned char)*c >= 0x20 && *c != 0x7f);
        c += *c == '\\';
    }
    must(c[1] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    char *text = fuzz_text(data, size);
    cog_secret_t token = {NULL, 0};

    if (cog_bearer_read(text, &token) == COG_BEARER_TOKEN) {
        must(token.len > 0 && strlen(token.bytes) == token.len);
        must(token.bytes + token.len == text + strlen(text));
        must(!cog_bearer_is_wellformed(token) ||
             strpbrk(token.bytes, " ,\"\\\t\r\n%") == NULL);
    }
    else {
        must(token.bytes == NULL);
    }
    check_challenge(pool, text);
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
