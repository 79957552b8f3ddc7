#include "test/unit/unit.h"

#include <apr_strings.h>

#include "net/redis/redis_reply.h"

#define RANGE(first, last)       "*3\r\n:" #first "\r\n:" #last "\r\n"
#define HOST(host, len, port)    "$" #len "\r\n" host "\r\n:" #port "\r\n"
#define NODE(host, len, port)    "*2\r\n" HOST(host, len, port)
#define LOCAL(first, last, port) RANGE(first, last) NODE("127.0.0.1", 9, port)

/* What redis-server 7 says of a range with a replica. */
#define SEVEN                                                                            \
    "*4\r\n:100\r\n:200\r\n"                                                             \
    "*4\r\n$9\r\n127.0.0.1\r\n:7001\r\n$2\r\nid\r\n*2\r\n$2\r\nip\r\n$8\r\n10.0.0.1\r\n" \
    "*4\r\n$9\r\n127.0.0.1\r\n:7009\r\n$2\r\nid\r\n*0\r\n"

static cog_err_t read_map(apr_pool_t *pool, const char *bytes, cog_slot_map_t **map,
                          int *is_complete)
{
    cog_redis_reply_t reply = {.map = cog_slot_map_make(pool, "speaker")};
    cog_redis_reader_t reader;
    cog_err_t err = COG_OK;

    *is_complete = 0;
    assert_int_equal(cog_redis_reader_begin(&reader, &reply), COG_OK);
    for (const char *c = bytes; *c && err == COG_OK; ++c) {
        assert_false(*is_complete);
        err = cog_redis_reader_feed(&reader, c, 1, is_complete);
    }
    cog_redis_reader_end(&reader);
    *map = reply.map;
    return err;
}

static cog_slot_map_t *map_of(apr_pool_t *pool, const char *bytes)
{
    cog_slot_map_t *map;
    int is_complete;

    assert_int_equal(read_map(pool, bytes, &map, &is_complete), COG_OK);
    assert_true(is_complete);
    return map;
}

static void assert_owner(const cog_slot_map_t *map, int slot, const char *host, int port)
{
    assert_int_not_equal(map->owners[slot], 0);
    assert_string_equal(map->nodes[map->owners[slot] - 1].host, host);
    assert_int_equal(map->nodes[map->owners[slot] - 1].port, port);
}

static void reads_who_has_which_slots(void **state)
{
    const cog_slot_map_t *map =
        map_of(*state, "*4\r\n" LOCAL(0, 99, 7000) SEVEN LOCAL(300, 16383, 7000)
                           LOCAL(250, 250, 7002));

    assert_int_equal(map->count, 3);
    assert_owner(map, 0, "127.0.0.1", 7000);
    assert_owner(map, 99, "127.0.0.1", 7000);
    assert_owner(map, 100, "127.0.0.1", 7001);
    assert_owner(map, 200, "127.0.0.1", 7001);
    assert_int_equal(map->owners[201], 0);
    assert_owner(map, 250, "127.0.0.1", 7002);
    assert_int_equal(map->owners[251], 0);
    assert_owner(map, 16383, "127.0.0.1", 7000);
}

static void takes_names_addresses_and_none(void **state)
{
    const cog_slot_map_t *map =
        map_of(*state, "*4\r\n" RANGE(0, 0) NODE("a-1.cache.test", 14, 1) RANGE(1, 1)
                           NODE("2001:db8::1", 11, 2) RANGE(2, 2) NODE("", 0, 3)
                               RANGE(3, 3) "*2\r\n$-1\r\n:4\r\n");

    assert_owner(map, 0, "a-1.cache.test", 1);
    assert_owner(map, 1, "2001:db8::1", 2);
    assert_owner(map, 2, "speaker", 3);
    assert_owner(map, 3, "speaker", 4);
}

/* A range of which something is missing has nothing of the one before. */
static void takes_nothing_from_another_range(void **state)
{
    cog_slot_map_t *map = cog_slot_map_make(*state, "speaker");
    const cog_slot_place_t first = {2, 0, 0};
    const cog_slot_place_t last = {2, 1, 1};
    const cog_slot_place_t host = {3, 2, 0};
    const cog_slot_place_t port = {3, 2, 1};

    cog_slot_map_take_number(map, &first, 0);
    cog_slot_map_take_number(map, &last, 5);
    assert_int_equal(cog_slot_map_take_text(map, &host, "other", 5), COG_OK);
    cog_slot_map_take_number(map, &first, 3);
    assert_int_equal(cog_slot_map_take_number(map, &port, 1), COG_E_STORE);
    cog_slot_map_take_number(map, &first, 3);
    cog_slot_map_take_number(map, &last, 5);
    assert_int_equal(cog_slot_map_take_number(map, &port, 1), COG_OK);
    assert_owner(map, 3, "speaker", 1);
}

/* What else is told of a node, and what may be told some day. */
static void overlooks_what_stands_elsewhere(void **state)
{
    static const cog_slot_place_t elsewhere[] = {
        {1, 0, 0},
        {1, 1, 1},
        {3, 0, 0},
        {3, 1, 1},
        {4, 0, 0},
        {4, 1, 1},
        {4, 2, 1},
        {3, 2, 2},
        {3, 2, 3},
        {3, 3, 0},
        {3, 3, 1},
        {4, 2, 0},
    };
    cog_slot_map_t *map = cog_slot_map_make(*state, "speaker");

    cog_slot_map_take_number(map, &(cog_slot_place_t){2, 0, 0}, 1);
    cog_slot_map_take_number(map, &(cog_slot_place_t){2, 1, 1}, 5);
    cog_slot_map_take_text(map, &(cog_slot_place_t){3, 2, 0}, "cache.test", 10);
    for (size_t i = 0; i < COUNT(elsewhere); ++i) {
        assert_int_equal(cog_slot_map_take_number(map, &elsewhere[i], 3), COG_OK);
        assert_int_equal(cog_slot_map_take_text(map, &elsewhere[i], "id", 2), COG_OK);
    }
    assert_int_equal(map->count, 0);
    cog_slot_map_take_number(map, &(cog_slot_place_t){3, 2, 1}, 6379);
    assert_owner(map, 1, "cache.test", 6379);
    assert_owner(map, 5, "cache.test", 6379);
}

static void takes_no_host_that_is_longer_than_a_name(void **state)
{
    cog_slot_map_t *map = cog_slot_map_make(*state, "speaker");
    const cog_slot_place_t host = {3, 2, 0};
    char name[COG_NODE_MAX_HOST + 1];

    memset(name, 'a', sizeof(name));
    assert_int_equal(cog_slot_map_take_text(map, &host, name, COG_NODE_MAX_HOST), COG_OK);
    assert_int_equal(cog_slot_map_take_text(map, &host, name, COG_NODE_MAX_HOST + 1),
                     COG_E_STORE);
}

static void knows_no_more_nodes_than_it_has_room_for(void **state)
{
    const char *bytes = apr_psprintf(*state, "*%d\r\n", COG_MAX_NODES + 1);
    const cog_slot_map_t *map;

    for (int i = 0; i <= COG_MAX_NODES; ++i) {
        bytes =
            apr_psprintf(*state, "%s*3\r\n:%d\r\n:%d\r\n*2\r\n$9\r\n127.0.0.1\r\n:%d\r\n",
                         bytes, i, i, i + 1);
    }
    map = map_of(*state, bytes);
    assert_int_equal(map->count, COG_MAX_NODES);
    assert_owner(map, COG_MAX_NODES - 1, "127.0.0.1", COG_MAX_NODES);
    assert_int_equal(map->owners[COG_MAX_NODES], 0);
}

/* clang-format off */
static const struct {
    const char *rule;
    const char *bytes;
    cog_err_t result;
    int is_complete;
} cases[] = {
    {"no slots",             "*0\r\n",                                         COG_OK, 1},
    {"all",                  "*1\r\n" LOCAL(0, 16383, 1),                      COG_OK, 1},
    {"an error",             "-NOPERM no\r\n",                                 COG_OK, 1},
    {"half",                 "*2\r\n" LOCAL(0, 16383, 1),                      COG_OK, 0},
    {"something else",       "*1\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n",             COG_OK, 1},
    {"an array without end", "*2147483647\r\n" LOCAL(0, 1, 1),                 COG_OK, 0},
    {"from below",           "*1\r\n" LOCAL(-1, 16383, 1),                     COG_E_STORE, 0},
    {"to beyond",            "*1\r\n" LOCAL(0, 16384, 1),                      COG_E_STORE, 0},
    {"backwards",            "*1\r\n" LOCAL(2, 1, 1),                          COG_E_STORE, 0},
    {"large",                "*1\r\n" LOCAL(4294967296, 4294967297, 1),        COG_E_STORE, 0},
    {"no range",             "*1\r\n*3\r\n$0\r\n\r\n$0\r\n\r\n" NODE("a", 1, 1), COG_E_STORE, 0},
    {"no end",               "*1\r\n*3\r\n:0\r\n$0\r\n\r\n" NODE("a", 1, 1),   COG_E_STORE, 0},
    {"range of the last one","*2\r\n" LOCAL(0, 1, 1) "*3\r\n$-1\r\n$-1\r\n" NODE("a", 1, 1), COG_E_STORE, 0},
    {"port 0",               "*1\r\n" LOCAL(0, 1, 0),                          COG_E_STORE, 0},
    {"port beyond",          "*1\r\n" LOCAL(0, 1, 65536),                      COG_E_STORE, 0},
    {"unknown host",         "*1\r\n" RANGE(0, 1) NODE("?", 1, 1),             COG_E_STORE, 0},
    {"a socket",             "*1\r\n" RANGE(0, 1) NODE("/run/redis", 10, 1),   COG_E_STORE, 0},
    {"deep arrays",          "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", COG_E_STORE, 0},
};
/* clang-format on */

static void takes_no_map_that_cannot_be(void **state)
{
    for (size_t i = 0; i < COUNT(cases); ++i) {
        cog_slot_map_t *map;
        int is_complete;

        assert_result(cases[i].rule, read_map(*state, cases[i].bytes, &map, &is_complete),
                      cases[i].result);
        if (is_complete != cases[i].is_complete) {
            fail_msg("rule \"%s\" is broken", cases[i].rule);
        }
    }
}

static void reads_no_map_without_end(void **state)
{
    cog_redis_reply_t reply = {.map = cog_slot_map_make(*state, "speaker")};
    cog_redis_reader_t reader;
    cog_err_t err = COG_OK;
    int is_complete;
    int pieces = 0;

    assert_int_equal(cog_redis_reader_begin(&reader, &reply), COG_OK);
    err = cog_redis_reader_feed(&reader, "*2147483647\r\n", 13, &is_complete);
    for (; err == COG_OK && pieces < 1000000; ++pieces) {
        err = cog_redis_reader_feed(&reader, "$9\r\n127.0.0.1\r\n", 15, &is_complete);
    }
    cog_redis_reader_end(&reader);
    assert_int_equal(err, COG_E_STORE);
    assert_in_range(pieces, 10000, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(reads_who_has_which_slots),
        cmocka_unit_test_with_pool(takes_names_addresses_and_none),
        cmocka_unit_test_with_pool(takes_nothing_from_another_range),
        cmocka_unit_test_with_pool(overlooks_what_stands_elsewhere),
        cmocka_unit_test_with_pool(takes_no_host_that_is_longer_than_a_name),
        cmocka_unit_test_with_pool(knows_no_more_nodes_than_it_has_room_for),
        cmocka_unit_test_with_pool(takes_no_map_that_cannot_be),
        cmocka_unit_test_with_pool(reads_no_map_without_end),
    };

    return cmocka_run_group_tests_name("net/redis/slot_map", tests, NULL, NULL);
}
