#include "test/unit/unit.h"

#include "net/memcache/memcache_reply.h"

#define KINDLESS COG_MEMCACHE_STORED /* what all zeros are */

/* clang-format off */
/* What a get of "k" is answered with; further bytes may make whole what is not. */
static const struct {
    const char *bytes;
    cog_err_t result;
    int is_complete;
    cog_memcache_kind_t kind;
} cases[] = {
    {"STORED\r\n",                               COG_OK, 1, COG_MEMCACHE_STORED},
    {"NOT_STORED\r\n",                           COG_OK, 1, COG_MEMCACHE_NOT_STORED},
    {"DELETED\r\n",                              COG_OK, 1, COG_MEMCACHE_DELETED},
    {"NOT_FOUND\r\n",                            COG_OK, 1, COG_MEMCACHE_NOT_FOUND},
    {"END\r\n",                                  COG_OK, 1, COG_MEMCACHE_NOTHING},
    {"SERVER_ERROR out of memory for all\r\n",   COG_OK, 1, COG_MEMCACHE_NO_MEMORY},
    {"SERVER_ERROR object too large for us\r\n", COG_OK, 1, COG_MEMCACHE_TOO_LARGE},
    {"SERVER_ERROR \r\n",                        COG_OK, 1, COG_MEMCACHE_REFUSED},
    {"CLIENT_ERROR line too long\r\n",           COG_OK, 1, COG_MEMCACHE_REFUSED},
    {"ERROR\r\n",                                COG_OK, 1, COG_MEMCACHE_REFUSED},
    {"VALUE k 0 1\r\nv\r\nEND\r\n",              COG_OK, 1, COG_MEMCACHE_VALUE},
    {"VALUE k 0 0\r\n\r\nEND\r\n",               COG_OK, 1, COG_MEMCACHE_VALUE},
    {"VALUE k 0 3\r\n\r\nE\r\nEND\r\n",          COG_OK, 1, COG_MEMCACHE_VALUE},
    {"",                                         COG_OK, 0, KINDLESS},
    {"STORED",                                   COG_OK, 0, KINDLESS},
    {"STORED\r",                                 COG_OK, 0, KINDLESS},
    {"VALUE k 0 1\r\n",                          COG_OK, 0, KINDLESS},
    {"VALUE k 0 1\r\nv\r",                       COG_OK, 0, KINDLESS},
    {"VALUE k 0 1\r\nv\r\nEND\r",                COG_OK, 0, KINDLESS},
    {"STORED\n",                                 COG_E_STORE, 0, KINDLESS},
    {"\n",                                       COG_E_STORE, 0, KINDLESS},
    {"\r\n",                                     COG_E_STORE, 0, KINDLESS},
    {"STOREDx\r\n",                              COG_E_STORE, 0, KINDLESS},
    {"STORED \r\n",                              COG_E_STORE, 0, KINDLESS},
    {"ERRORS\r\n",                               COG_E_STORE, 0, KINDLESS},
    {"SERVER_ERROR\r\n",                         COG_E_STORE, 0, KINDLESS},
    {"stored\r\n",                               COG_E_STORE, 0, KINDLESS},
    {"STORED\r\n\r\n",                           COG_E_STORE, 0, KINDLESS},
    {"VALUE k 0 00\r\n\r\nEND\r\n",              COG_E_STORE, 0, KINDLESS},
    {"VALUE k 0 1\r\nvxxEND\r\n",                COG_E_STORE, 0, KINDLESS},
    {"VALUE k 0 1\r\nv\n\nEND\r\n",              COG_E_STORE, 0, KINDLESS},
    {"VALUE k 0 1\r\nv\r\rEND\r\n",              COG_E_STORE, 0, KINDLESS},
    {"VALUE k 0 1\r\nv\r\nENDS\r\n",             COG_E_STORE, 0, KINDLESS},
    {"VALUE kk 0 1\r\nv\r\nEND\r\n",             COG_E_STORE, 0, KINDLESS},
    {"VALUE k 0 65545\r\n",                      COG_E_STORE, 0, KINDLESS},
    {"VALUE k 0 100000\r\n",                     COG_E_STORE, 0, KINDLESS},
};
/* clang-format on */

static cog_err_t read_in_pieces(cog_memcache_reader_t *reader, const char *bytes,
                                size_t len, size_t piece, int *is_complete)
{
    cog_err_t err = COG_OK;

    *is_complete = 0;
    for (size_t done = 0; done < len && err == COG_OK; done += piece) {
        size_t rest = len - done;

        if (*is_complete) {
            return COG_E_STORE; /* the caller has stopped to read */
        }
        err = cog_memcache_reader_feed(reader, bytes + done, rest < piece ? rest : piece,
                                       is_complete);
    }
    return err;
}

static void takes_what_a_command_is_answered_with(void **state)
{
    static const size_t pieces[] = {1, 3, 1000};

    for (size_t i = 0; i < COUNT(cases) * COUNT(pieces); ++i) {
        size_t piece = pieces[i % COUNT(pieces)];
        const char *bytes = cases[i / COUNT(pieces)].bytes;
        cog_err_t result = cases[i / COUNT(pieces)].result;
        cog_memcache_reader_t reader;
        int is_complete;

        cog_memcache_reader_begin(&reader, *state, "k");
        assert_result(bytes,
                      read_in_pieces(&reader, bytes, strlen(bytes), piece, &is_complete),
                      result);
        if (result == COG_OK) {
            assert_int_equal(is_complete, cases[i / COUNT(pieces)].is_complete);
            assert_int_equal(reader.kind, cases[i / COUNT(pieces)].kind);
        }
    }
}

static void reads_the_value(void **state)
{
    static const char bytes[] = "VALUE k 0 5\r\na\r\n\0b\r\nEND\r\n";
    cog_memcache_reader_t reader;
    int is_complete;

    cog_memcache_reader_begin(&reader, *state, "k");
    assert_int_equal(
        read_in_pieces(&reader, bytes, sizeof(bytes) - 1, sizeof(bytes), &is_complete),
        COG_OK);
    assert_int_equal(reader.value.len, 5);
    assert_memory_equal(reader.value.bytes, "a\r\n\0b", 5);
}

static void wants_no_value_where_none_was_asked_for(void **state)
{
    cog_memcache_reader_t reader;
    int is_complete;

    (void)state;
    cog_memcache_reader_begin(&reader, NULL, "k");
    assert_int_equal(
        cog_memcache_reader_feed(&reader, "VALUE k 0 1\r\n", 13, &is_complete),
        COG_E_STORE);
}

/* With its line end, all of it is in `line`, which ends in NUL. */
static void reads_no_line_without_end(void **state)
{
    const size_t longest = sizeof(((cog_memcache_reader_t *)0)->line) - 1;

    for (size_t len = longest; len <= longest + 2; ++len) {
        char *line = apr_palloc(*state, len);
        cog_memcache_reader_t reader;
        int is_complete;

        memset(line, 'x', len);
        memcpy(line, "SERVER_ERROR ", 13);
        memcpy(line + len - 2, "\r\n", 2);
        cog_memcache_reader_begin(&reader, *state, "k");
        assert_int_equal(cog_memcache_reader_feed(&reader, line, len, &is_complete),
                         len == longest ? COG_OK : COG_E_STORE);
    }
}

static void takes_no_nul_in_a_line(void **state)
{
    cog_memcache_reader_t reader;
    int is_complete;

    cog_memcache_reader_begin(&reader, *state, "k");
    assert_int_equal(cog_memcache_reader_feed(&reader, "END\0x\r\n", 7, &is_complete),
                     COG_E_STORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(takes_what_a_command_is_answered_with),
        cmocka_unit_test_with_pool(reads_the_value),
        cmocka_unit_test_with_pool(wants_no_value_where_none_was_asked_for),
        cmocka_unit_test_with_pool(reads_no_line_without_end),
        cmocka_unit_test_with_pool(takes_no_nul_in_a_line),
    };

    return cmocka_run_group_tests_name("net/memcache/memcache_reply", tests, NULL, NULL);
}
