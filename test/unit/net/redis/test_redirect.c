#include "test/unit/unit.h"

#include "net/redis/redirect.h"

#define LABEL "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-123456789."
#define LONG                                                                             \
    LABEL LABEL LABEL "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-1234567"

/* clang-format off */
/* An error's line; what it means, COG_REDIRECT_NONE with COG_E_STORE for a broken one. */
static const struct {
    const char *line;
    cog_err_t result;
    cog_redirect_kind_t kind;
    int slot;
    const char *host;
    int port;
} cases[] = {
    {"MOVED 3999 127.0.0.1:6381",       COG_OK, COG_REDIRECT_MOVED, 3999,  "127.0.0.1", 6381},
    {"ASK 0 cache-2.example.test:1",    COG_OK, COG_REDIRECT_ASK,   0,     "cache-2.example.test", 1},
    {"MOVED 16383 2001:db8::1:65535",   COG_OK, COG_REDIRECT_MOVED, 16383, "2001:db8::1", 65535},
    {"MOVED 1 " LONG ":6379",           COG_OK, COG_REDIRECT_MOVED, 1,     LONG, 6379},
    {"MOVED 3999 :6381",                COG_OK, COG_REDIRECT_MOVED, 3999,  "speaker", 6381},
    {"ERR no",                          COG_OK, COG_REDIRECT_NONE, 0, NULL, 0},
    {"MOVED",                           COG_OK, COG_REDIRECT_NONE, 0, NULL, 0},
    {"MOVEDTO 1 a:1",                   COG_OK, COG_REDIRECT_NONE, 0, NULL, 0},
    {"moved 1 a:1",                     COG_OK, COG_REDIRECT_NONE, 0, NULL, 0},
    {"",                                COG_OK, COG_REDIRECT_NONE, 0, NULL, 0},
    {"MOVED ",                          COG_E_STORE, 0, 0, NULL, 0},
    {"ASK ",                            COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1",                         COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 ",                        COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 a",                       COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 a:",                      COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 a:0",                     COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 a:65536",                 COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 a:4294973675",            COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 a:-1",                    COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 a:6379 ",                 COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 a:6379@16379",            COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 16384 a:1",                 COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 99999999999 a:1",           COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED -1 a:1",                    COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED  1 a:1",                    COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1  a:1",                    COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED one a:1",                   COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 ?:6379",                  COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 /run/redis.sock:1",       COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 user@host:1",             COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 [::1]:1",                 COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 a:b:1",                   COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 fe80::1%eth0:1",          COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 h\xc3\xb6st:1",           COG_E_STORE, 0, 0, NULL, 0},
    {"MOVED 1 x" LONG ":6379",          COG_E_STORE, 0, 0, NULL, 0},
};
/* clang-format on */

static void reads_where_to_go(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        cog_redirect_t redirect = {.kind = COG_REDIRECT_ASK};

        assert_result(cases[i].line,
                      cog_redirect_read(cases[i].line, "speaker", &redirect),
                      cases[i].result);
        if (redirect.kind != cases[i].kind) {
            fail_msg("\"%s\" is of the kind %d", cases[i].line, (int)redirect.kind);
        }
        if (cases[i].host) {
            assert_int_equal(redirect.slot, cases[i].slot);
            assert_string_equal(redirect.node.host, cases[i].host);
            assert_int_equal(redirect.node.port, cases[i].port);
        }
    }
}

static void tells_nodes_apart(void **state)
{
    const cog_node_address_t a = {"cache.test", 6379};
    const cog_node_address_t same = {"Cache.Test", 6379};
    const cog_node_address_t other_port = {"cache.test", 6380};
    const cog_node_address_t other_host = {"cache.tes", 6379};

    (void)state;
    assert_true(cog_node_address_equal(&a, &same));
    assert_false(cog_node_address_equal(&a, &other_port));
    assert_false(cog_node_address_equal(&a, &other_host));
}

static void takes_no_part_of_a_host(void **state)
{
    cog_node_address_t address;

    (void)state;
    assert_int_equal(cog_node_address_set(&address, "a\0b", 3, 1, "speaker"),
                     COG_E_STORE);
    assert_int_equal(cog_node_address_set(&address, "a:b", 1, 1, "speaker"), COG_OK);
    assert_string_equal(address.host, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_where_to_go),
        cmocka_unit_test(tells_nodes_apart),
        cmocka_unit_test(takes_no_part_of_a_host),
    };

    return cmocka_run_group_tests_name("net/redis/redirect", tests, NULL, NULL);
}
