/* Reaches: cog_redis_reader_feed, cog_redis_refusal. The input is what a server says. It
 * means the same whether it comes at once or byte by byte. */
#include "test/fuzz/fuzz.h"

#include <ctype.h>

#include "flow/ports.h"
#include "net/redis/redis_refusal.h"
#include "net/redis/redis_reply.h"

static cog_err_t read_at_once(const char *bytes, size_t len, cog_redis_reply_t *reply,
                              int *is_complete)
{
    cog_redis_reader_t reader;
    cog_err_t err;

    must(cog_redis_reader_begin(&reader, reply) == COG_OK);
    err = cog_redis_reader_feed(&reader, bytes, len, is_complete);
    cog_redis_reader_end(&reader);
    return err;
}

/* How many bytes it takes until the answer is whole, or none. */
static cog_err_t read_in_pieces(const char *bytes, size_t len, cog_redis_reply_t *reply,
                                size_t *whole)
{
    cog_redis_reader_t reader;
    cog_err_t err = COG_OK;
    int is_complete = 0;
    size_t fed = 0;

    must(cog_redis_reader_begin(&reader, reply) == COG_OK);
    while (err == COG_OK && fed < len && !is_complete) {
        err = cog_redis_reader_feed(&reader, bytes + fed++, 1, &is_complete);
    }
    cog_redis_reader_end(&reader);
    *whole = is_complete ? fed : 0;
    return err;
}

static void check_fault(const char *line)
{
    cog_fault_t fault;

    must(cog_redis_refusal(line, &fault) == COG_E_STORE);
    must(fault.remedy != NULL);
    for (const char *c = fault.cause; *c; ++c) {
        must(isprint((unsigned char)*c));
    }
}

static void check(const cog_redis_reply_t *reply, const cog_redis_reply_t *again)
{
    must(reply->kind == again->kind && reply->number == again->number);
    must(reply->value.len == again->value.len);
    must(reply->value.len <= COG_STORE_MAX_VALUE);
    must(reply->value.len == 0 ||
         memcmp(reply->value.bytes, again->value.bytes, reply->value.len) == 0);
    must(strcmp(reply->line, again->line) == 0);
    if (reply->kind == COG_REPLY_ERROR) {
        check_fault(reply->line);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    const char *bytes = (const char *)data;
    cog_redis_reply_t reply = {.pool = pool};
    cog_redis_reply_t again = {.pool = pool};
    int is_complete;
    size_t whole;
    cog_err_t err;

    if (size > 0) {
        err = read_at_once(bytes, size, &reply, &is_complete);
        if (read_in_pieces(bytes, size, &again, &whole) != COG_OK) {
            must(err != COG_OK);
        }
        else {
            must(whole == 0 || whole == size ? err == COG_OK : err != COG_OK);
            must(err != COG_OK || is_complete == (whole == size));
        }
        if (err == COG_OK && is_complete) {
            check(&reply, &again);
        }
    }
    apr_pool_destroy(pool);
    return 0;
}
