/* Reaches: cog_unpack_*, cog_pack_*. The first byte says how many fields there are, the
 * second, bit by bit, whether they are numbers or texts; then comes the record. What is
 * read is written as the same bytes. */
#include "test/fuzz/fuzz.h"

#include "base/pack.h"

typedef struct {
    unsigned count; /* of fields before the last one, which is three bytes */
    unsigned kinds;
    cog_span_t record;
} input_t;

static int is_number(const input_t *input, unsigned i)
{
    return input->kinds >> (i % 8) & 1;
}

static void check(apr_pool_t *pool, const input_t *input)
{
    unsigned char bytes[3];
    cog_unpacker_t unpacker;
    cog_packer_t packer;
    cog_span_t again;

    cog_unpack_begin(&unpacker, input->record);
    cog_pack_begin(pool, &packer, 0);
    for (unsigned i = 0; i < input->count; ++i) {
        if (is_number(input, i)) {
            cog_pack_number(&packer, cog_unpack_number(&unpacker));
        }
        else {
            cog_pack_text(&packer, cog_unpack_text(&unpacker));
        }
    }
    cog_unpack_bytes(&unpacker, bytes, sizeof(bytes));
    cog_pack_bytes(&packer, bytes, sizeof(bytes));
    if (cog_unpack_is_complete(&unpacker)) {
        again = cog_pack_end(&packer);
        must(again.len == input->record.len);
        must(memcmp(again.bytes, input->record.bytes, again.len) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();

    if (size >= 2) {
        const input_t input = {
            data[0] % 32U, data[1], {data + 2, size - 2}
        };

        check(pool, &input);
    }
    apr_pool_destroy(pool);
    return 0;
}
