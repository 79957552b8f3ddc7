/* Reaches: cog_base64url_decode, cog_base64url_encode. There is one text for each byte
 * string, and each byte string comes back. */
#include "test/fuzz/fuzz.h"

#include "base/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    cog_span_t decoded;
    const char *text;

    if (cog_base64url_decode(pool, (const char *)data, size, &decoded) == COG_OK) {
        text = cog_base64url_encode(pool, decoded);
        must(strlen(text) == size && memcmp(text, data, size) == 0);
        must(decoded.bytes[decoded.len] == 0);
    }
    text = cog_base64url_encode(pool, (cog_span_t){data, size});
    must(cog_base64url_decode(pool, text, strlen(text), &decoded) == COG_OK);
    must(decoded.len == size && memcmp(decoded.bytes, data, size) == 0);
    apr_pool_destroy(pool);
    return 0;
}
