/* Reaches: cog_memcache_reader_feed. The input is what a server says to "get k". It means
 * the same whether it comes at once or byte by byte. */
#include "test/fuzz/fuzz.h"

#include "net/memcache/memcache_reply.h"

static cog_err_t read_in_pieces(apr_pool_t *pool, const char *bytes, size_t len,
                                cog_memcache_reader_t *reader, int *is_complete)
{
    cog_err_t err = COG_OK;

    *is_complete = 0;
    cog_memcache_reader_begin(reader, pool, "k");
    for (size_t i = 0; i < len && err == COG_OK; ++i) {
        /* the caller stops when it is complete; what follows is one answer too many */
        err = *is_complete ? COG_E_STORE
                           : cog_memcache_reader_feed(reader, bytes + i, 1, is_complete);
    }
    return err;
}

static void check(const cog_memcache_reader_t *reader, const cog_memcache_reader_t *again)
{
    must(reader->kind == again->kind);
    must(reader->value.len == again->value.len);
    must(reader->value.len <= COG_MEMCACHE_MAX_VALUE);
    for (size_t i = 0; i < reader->value.len; ++i) {
        must(reader->value.bytes[i] == again->value.bytes[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    cog_memcache_reader_t reader;
    cog_memcache_reader_t again;
    int is_complete;
    int is_complete_again;
    cog_err_t err;

    cog_memcache_reader_begin(&reader, pool, "k");
    err = cog_memcache_reader_feed(&reader, (const char *)data, size, &is_complete);
    must(read_in_pieces(pool, (const char *)data, size, &again, &is_complete_again) ==
         err);
    if (err == COG_OK) {
        must(is_complete == is_complete_again);
    }
    if (err == COG_OK && is_complete) {
        check(&reader, &again);
    }
    apr_pool_destroy(pool);
    return 0;
}
