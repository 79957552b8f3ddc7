#include "test/unit/unit.h"

#include <apr_strings.h>

#include "flow/ports.h"
#include "net/redis/redis_reply.h"

/* CVE row 70: what a hostile server may count and nest */
/* clang-format off */
static const struct {
    const char *rule;
    const char *bytes;
    cog_err_t result;
    int is_complete;
} cases[] = {
    {"status",                     "+OK\r\n",                       COG_OK,      1},
    {"empty status",               "+\r\n",                         COG_OK,      1},
    {"error",                      "-ERR no\r\n",                   COG_OK,      1},
    {"number",                     ":1\r\n",                        COG_OK,      1},
    {"negative number",            ":-1\r\n",                       COG_OK,      1},
    {"value",                      "$3\r\nabc\r\n",                 COG_OK,      1},
    {"empty value",                "$0\r\n\r\n",                    COG_OK,      1},
    {"nothing",                    "$-1\r\n",                       COG_OK,      1},
    {"half a status",              "+OK\r",                         COG_OK,      0},
    {"half a length",              "$3",                            COG_OK,      0},
    {"half a value",               "$3\r\nab",                      COG_OK,      0},
    {"value without its end",      "$3\r\nabc",                     COG_OK,      0},
    {"line feed alone",            "+OK\n",                         COG_OK,      0},
    {"wrong end of a value",       "$3\r\nabcde",                   COG_E_STORE, 0},
    {"carriage returns behind it", "$3\r\nabc\r\r",               COG_E_STORE, 0},
    {"value longer than said",     "$2\r\nabc\r\n",                 COG_E_STORE, 0},
    {"two answers",                "+OK\r\n+OK\r\n",                COG_E_STORE, 0},
    {"bytes behind the end",       ":1\r\n\r\n",                    COG_E_STORE, 0},
    {"length -2",                  "$-2\r\n",                       COG_E_STORE, 0},
    {"length of 31 bits",          "$2147483647\r\nabc\r\n",        COG_OK,      0},
    {"length of 32 bits",          "$4294967295\r\nabc\r\n",        COG_OK,      0},
    {"length of 32 bits and 3",    "$4294967299\r\nabc\r\n",        COG_OK,      0},
    {"length of 63 bits",          "$9223372036854775807\r\n\r\n",  COG_OK,      0},
    {"length of 64 bits",          "$18446744073709551615\r\n\r\n", COG_E_STORE, 0},
    {"no length",                  "$\r\n",                         COG_E_STORE, 0},
    {"length in words",            "$abc\r\nabc\r\n",               COG_E_STORE, 0},
    {"length with a sign",         "$+3\r\nabc\r\n",                COG_E_STORE, 0},
    {"length with a zero",         "$03\r\nabc\r\n",                COG_E_STORE, 0},
    {"length with a blank",        "$ 3\r\nabc\r\n",                COG_E_STORE, 0},
    {"number in words",            ":one\r\n",                      COG_E_STORE, 0},
    {"no number",                  ":\r\n",                         COG_E_STORE, 0},
    {"array of 32 bits",           "*4294967295\r\n",               COG_E_STORE, 0},
    {"array of 31 bits",           "*2147483647\r\n",               COG_E_STORE, 0},
    {"array of 28 bits",           "*268435456\r\n",                COG_E_STORE, 0},
    {"empty array",                "*0\r\n",                        COG_E_STORE, 0},
    {"no array",                   "*-1\r\n",                       COG_E_STORE, 0},
    {"array of one",               "*1\r\n$3\r\nabc\r\n",           COG_E_STORE, 0},
    {"arrays in arrays", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
     COG_E_STORE, 0},
    {"RESP3: nothing",             "_\r\n",                         COG_E_STORE, 0},
    {"RESP3: truth",               "#t\r\n",                        COG_E_STORE, 0},
    {"RESP3: double",              ",1.5\r\n",                      COG_E_STORE, 0},
    {"RESP3: big number",          "(12345678901234567890\r\n",     COG_E_STORE, 0},
    {"RESP3: verbatim",            "=7\r\ntxt:abc\r\n",             COG_E_STORE, 0},
    {"RESP3: map",                 "%1\r\n+a\r\n+b\r\n",            COG_E_STORE, 0},
    {"RESP3: push",                "> 1\r\n+a\r\n",                 COG_E_STORE, 0},
    {"HTTP",                       "HTTP/1.1 400 No\r\n\r\n",       COG_E_STORE, 0},
    {"TLS alert",                  "\x15\x03\x03",                  COG_E_STORE, 0},
    {"blank first",                " +OK\r\n",                      COG_E_STORE, 0},
    {"empty line",                 "\r\n",                          COG_E_STORE, 0},
};
/* clang-format on */

static cog_err_t read_all(cog_redis_reply_t *reply, const char *bytes, size_t len,
                          int *is_complete)
{
    cog_redis_reader_t reader;
    cog_err_t err;

    assert_int_equal(cog_redis_reader_begin(&reader, reply), COG_OK);
    err = cog_redis_reader_feed(&reader, bytes, len, is_complete);
    cog_redis_reader_end(&reader);
    return err;
}

static void takes_what_a_command_is_answered_with(void **state)
{
    for (size_t i = 0; i < COUNT(cases); ++i) {
        cog_redis_reply_t reply = {.pool = *state};
        int is_complete = 0;

        assert_result(
            cases[i].rule,
            read_all(&reply, cases[i].bytes, strlen(cases[i].bytes), &is_complete),
            cases[i].result);
        if (is_complete != cases[i].is_complete) {
            fail_msg("rule \"%s\" is broken", cases[i].rule);
        }
    }
}

/* The bytes come one by one, with another one before each that is none of them; the
 * answer is whole with the last one and not before. */
static void read_in_pieces(cog_redis_reply_t *reply, const char *bytes)
{
    cog_redis_reader_t reader;
    size_t len = strlen(bytes);

    assert_int_equal(cog_redis_reader_begin(&reader, reply), COG_OK);
    for (size_t i = 0; i < len; ++i) {
        const char piece[] = {'x', bytes[i]};
        int is_complete;

        assert_int_equal(cog_redis_reader_feed(&reader, piece + 1, 1, &is_complete),
                         COG_OK);
        assert_int_equal(is_complete, i == len - 1);
    }
    cog_redis_reader_end(&reader);
}

static void reads_answers_that_come_in_pieces(void **state)
{
    cog_redis_reply_t reply = {.pool = *state};

    read_in_pieces(&reply, "+OK\r\n");
    assert_int_equal(reply.kind, COG_REPLY_STATUS);
    assert_string_equal(reply.line, "OK");
    read_in_pieces(&reply, "-WRONGPASS invalid\r\n");
    assert_int_equal(reply.kind, COG_REPLY_ERROR);
    assert_string_equal(reply.line, "WRONGPASS invalid");
    read_in_pieces(&reply, ":42\r\n");
    assert_int_equal(reply.kind, COG_REPLY_NUMBER);
    assert_true(reply.number == 42);
    read_in_pieces(&reply, "$-1\r\n");
    assert_int_equal(reply.kind, COG_REPLY_NOTHING);
    read_in_pieces(&reply, "$8\r\na\r\n+OK\r\n\r\n");
    assert_int_equal(reply.kind, COG_REPLY_VALUE);
    assert_int_equal(reply.value.len, 8);
    assert_memory_equal(reply.value.bytes, "a\r\n+OK\r\n", 9);
}

static void takes_no_bytes_for_no_answer(void **state)
{
    cog_redis_reply_t reply = {.pool = *state};
    int is_complete;

    assert_int_equal(read_all(&reply, "+OK\r\n", 0, &is_complete), COG_E_STORE);
}

/* hiredis would tell a set or a map of RESP3 like an array. */
static void takes_arrays_alone_for_a_map(void **state)
{
    static const struct {
        const char *bytes;
        cog_err_t result;
    } maps[] = {
        {"*1\r\n$-1\r\n",      COG_OK     },
        {"~1\r\n:1\r\n",       COG_E_STORE},
        {"%1\r\n:1\r\n:2\r\n", COG_E_STORE},
        {"_\r\n",              COG_E_STORE},
    };

    for (size_t i = 0; i < COUNT(maps); ++i) {
        cog_redis_reply_t reply = {.map = cog_slot_map_make(*state, "speaker")};
        int is_complete = 0;

        assert_result(
            maps[i].bytes,
            read_all(&reply, maps[i].bytes, strlen(maps[i].bytes), &is_complete),
            maps[i].result);
        assert_int_equal(is_complete, maps[i].result == COG_OK);
        assert_true(!is_complete || reply.kind == COG_REPLY_MAP);
    }
}

static void keeps_the_beginning_of_a_long_line(void **state)
{
    cog_redis_reply_t reply = {.pool = *state};
    char line[1003];
    int is_complete;

    memset(line, 'x', sizeof(line));
    line[0] = '-';
    memcpy(line + 1000, "\r\n", 3);
    assert_int_equal(read_all(&reply, line, 1002, &is_complete), COG_OK);
    assert_true(is_complete);
    assert_int_equal(strlen(reply.line), sizeof(reply.line) - 1);
}

static cog_err_t read_value_of(apr_pool_t *pool, size_t len, cog_redis_reply_t *reply)
{
    char *bytes = apr_palloc(pool, len + 32);
    int head = apr_snprintf(bytes, 32, "$%" APR_SIZE_T_FMT "\r\n", len);
    int is_complete;
    cog_err_t err;

    memset(bytes + head, 'x', len);
    memcpy(bytes + head + len, "\r\n", 2);
    err = read_all(reply, bytes, (size_t)head + len + 2, &is_complete);
    return err == COG_OK && !is_complete ? COG_E_INTERNAL : err;
}

static void takes_a_value_up_to_the_limit(void **state)
{
    cog_redis_reply_t reply = {.pool = *state};

    assert_int_equal(read_value_of(*state, COG_STORE_MAX_VALUE - 1, &reply), COG_OK);
    assert_int_equal(read_value_of(*state, COG_STORE_MAX_VALUE, &reply), COG_OK);
    assert_int_equal(reply.value.len, COG_STORE_MAX_VALUE);
    assert_int_equal(reply.value.bytes[COG_STORE_MAX_VALUE], '\0');
    assert_int_equal(read_value_of(*state, COG_STORE_MAX_VALUE + 1, &reply), COG_E_STORE);
}

static void stops_reading_what_has_no_end(void **state)
{
    cog_redis_reply_t reply = {.pool = *state};
    cog_redis_reader_t reader;
    char block[1024];
    size_t total = 0;
    int is_complete;

    memset(block, '+', sizeof(block));
    assert_int_equal(cog_redis_reader_begin(&reader, &reply), COG_OK);
    while (cog_redis_reader_feed(&reader, block, sizeof(block), &is_complete) == COG_OK) {
        total += sizeof(block);
        assert_true(total <= COG_STORE_MAX_VALUE + 64);
    }
    cog_redis_reader_end(&reader);
}

static void counts_a_value_that_nobody_wants(void **state)
{
    cog_redis_reply_t reply = {.pool = NULL};
    int is_complete;

    (void)state;
    assert_int_equal(read_all(&reply, "$3\r\nabc\r\n", 9, &is_complete), COG_OK);
    assert_int_equal(reply.kind, COG_REPLY_VALUE);
    assert_int_equal(reply.value.len, 3);
    assert_null(reply.value.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(takes_what_a_command_is_answered_with),
        cmocka_unit_test_with_pool(reads_answers_that_come_in_pieces),
        cmocka_unit_test_with_pool(takes_no_bytes_for_no_answer),
        cmocka_unit_test_with_pool(takes_arrays_alone_for_a_map),
        cmocka_unit_test_with_pool(keeps_the_beginning_of_a_long_line),
        cmocka_unit_test_with_pool(takes_a_value_up_to_the_limit),
        cmocka_unit_test_with_pool(stops_reading_what_has_no_end),
        cmocka_unit_test_with_pool(counts_a_value_that_nobody_wants),
    };

    return cmocka_run_group_tests_name("net/redis_reply", tests, NULL, NULL);
}
