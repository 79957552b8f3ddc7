#include "test/unit/unit.h"

#include <apr_strings.h>

#include "net/redis/node_table.h"
#include "net/server/breaker.h"
#include "test/unit/kept_log.h"

static cog_node_table_t *table_make(apr_pool_t *pool)
{
    const cog_server_options_t seed = {
        .kind = "Redis", .host = "seed.test", .port = 6379};
    cog_node_table_t *table;

    assert_int_equal(cog_node_table_make(pool, &seed, &table), COG_OK);
    return table;
}

static cog_node_address_t address_at(int port)
{
    return (cog_node_address_t){"127.0.0.1", port};
}

/* Nodes at these ports have a slot each, from 0. */
static cog_slot_map_t *map_of(apr_pool_t *pool, const int *ports)
{
    cog_slot_map_t *map = cog_slot_map_make(pool, "speaker");

    for (; ports[map->count]; ++map->count) {
        map->nodes[map->count] = address_at(ports[map->count]);
        map->owners[map->count] = (uint8_t)(map->count + 1);
    }
    return map;
}

static int is_there(const cog_node_table_t *table, const cog_node_t *node)
{
    for (int i = 0; i < COG_MAX_NODES; ++i) {
        if (table->nodes[i] == node) {
            return 1;
        }
    }
    return 0;
}

static void asks_the_configured_server_at_first(void **state)
{
    const cog_node_table_t *table = table_make(*state);

    assert_string_equal(cog_node_table_find(table, 0)->address.host, "seed.test");
    assert_ptr_equal(cog_node_table_find(table, 0), cog_node_table_find(table, 16383));
    assert_int_equal(cog_node_table_count(table), 1);
}

static void learns_who_has_which_slot(void **state)
{
    cog_node_table_t *table = table_make(*state);
    const cog_slot_map_t *map = map_of(*state, (int[]){7001, 7002, 0});

    assert_true(cog_node_table_learn(table, map));
    assert_int_equal(cog_node_table_find(table, 0)->address.port, 7001);
    assert_int_equal(cog_node_table_find(table, 1)->address.port, 7002);
    assert_int_equal(cog_node_table_find(table, 2)->address.port, 6379);
    assert_int_equal(cog_node_table_count(table), 3);
    assert_false(cog_node_table_learn(table, map));
}

static void moves_one_slot(void **state)
{
    cog_node_table_t *table = table_make(*state);
    const cog_node_address_t address = address_at(7001);
    cog_node_t *node = cog_node_table_name(table, &address);

    assert_int_equal(cog_node_table_find(table, 5)->address.port, 6379);
    cog_node_table_move(table, 5, node);
    assert_ptr_equal(cog_node_table_find(table, 5), node);
    assert_ptr_equal(cog_node_table_name(table, &address), node);
    assert_int_equal(cog_node_table_find(table, 6)->address.port, 6379);
}

static void keeps_nodes_that_stay(void **state)
{
    cog_node_table_t *table = table_make(*state);
    cog_node_t *node;

    cog_node_table_learn(table, map_of(*state, (int[]){7001, 7002, 0}));
    node = cog_node_table_find(table, 1);
    cog_node_table_learn(table, map_of(*state, (int[]){7002, 7003, 0}));
    assert_ptr_equal(cog_node_table_find(table, 0), node);
}

/* Else a call would go on with one that is gone. */
static void drops_nodes_that_nobody_holds(void **state)
{
    cog_node_table_t *table = table_make(*state);
    const cog_slot_map_t *later = map_of(*state, (int[]){7002, 0});
    cog_node_t *node;

    cog_node_table_learn(table, map_of(*state, (int[]){7001, 0}));
    node = cog_node_table_find(table, 0);
    node->holders = 1;
    cog_node_table_learn(table, later);
    assert_true(is_there(table, node));
    assert_int_equal(cog_node_table_find(table, 0)->address.port, 7002);
    node->holders = 0;
    cog_node_table_learn(table, later);
    assert_false(is_there(table, node));
}

static void asks_a_dropped_one_again_when_it_is_named(void **state)
{
    cog_node_table_t *table = table_make(*state);
    const int first[] = {7001, 0};
    cog_node_t *node;

    cog_node_table_learn(table, map_of(*state, first));
    node = cog_node_table_find(table, 0);
    node->holders = 1;
    cog_node_table_learn(table, map_of(*state, (int[]){7002, 0}));
    assert_false(node->is_known);
    cog_node_table_learn(table, map_of(*state, first));
    assert_ptr_equal(cog_node_table_find(table, 0), node);
    assert_true(node->is_known);
}

static void has_room_for_so_many_and_no_more(void **state)
{
    cog_node_table_t *table = table_make(*state);
    cog_node_address_t address;

    for (int port = 1; port < COG_MAX_NODES; ++port) {
        address = address_at(port);
        assert_non_null(cog_node_table_name(table, &address));
    }
    address = address_at(COG_MAX_NODES);
    assert_null(cog_node_table_name(table, &address));
    /* those that have gone make room */
    cog_node_table_learn(table, map_of(*state, (int[]){1, 2, 0}));
    assert_non_null(cog_node_table_name(table, &address));
}

static void asks_the_configured_server_for_whom_there_is_no_room(void **state)
{
    cog_node_table_t *table = table_make(*state);
    int ports[COG_MAX_NODES + 1] = {0};

    for (int i = 0; i < COG_MAX_NODES; ++i) {
        ports[i] = i + 1;
    }
    cog_node_table_learn(table, map_of(*state, ports));
    assert_int_equal(cog_node_table_find(table, COG_MAX_NODES - 2)->address.port,
                     COG_MAX_NODES - 1);
    assert_int_equal(cog_node_table_find(table, COG_MAX_NODES - 1)->address.port, 6379);
}

static cog_err_t get_nothing(cog_question_t *question, cog_connection_t *connection)
{
    (void)connection;
    return cog_fault_set(&question->fault, "help it", "it fails");
}

static void put_out_of_order(apr_pool_t *pool, const cog_node_t *node)
{
    for (int i = 0; i < COG_BREAKER_FAILURES; ++i) {
        cog_question_t question = {.ask = get_nothing};

        cog_server_ask(node->server, &kept_log_make(pool)->log, &question);
    }
    assert_false(cog_server_is_fit(node->server));
}

/* Nobody listens at any of these ports. */
static void asks_another_one_while_the_owner_is_out_of_order(void **state)
{
    const cog_server_options_t seed = {.kind = "Redis", .host = "127.0.0.1", .port = 4};
    const cog_node_t *owner;
    cog_node_table_t *table;
    cog_node_t *other;

    assert_int_equal(cog_node_table_make(*state, &seed, &table), COG_OK);
    cog_node_table_learn(table, map_of(*state, (int[]){1, 2, 3, 0}));
    owner = cog_node_table_find(table, 0);
    assert_int_equal(owner->address.port, 1);
    put_out_of_order(*state, owner);
    assert_ptr_equal(cog_node_table_find(table, 0), table->nodes[0]);
    put_out_of_order(*state, table->nodes[0]);
    other = cog_node_table_find(table, 0);
    assert_int_equal(other->address.port, 2);
    /* as long as it is held it stays, but nobody else is sent there */
    ++other->holders;
    cog_node_table_learn(table, map_of(*state, (int[]){1, 3, 0}));
    assert_true(is_there(table, other));
    assert_int_equal(cog_node_table_find(table, 0)->address.port, 3);
    put_out_of_order(*state, cog_node_table_find(table, 0));
    assert_ptr_equal(cog_node_table_find(table, 0), owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(asks_the_configured_server_at_first),
        cmocka_unit_test_with_pool(learns_who_has_which_slot),
        cmocka_unit_test_with_pool(moves_one_slot),
        cmocka_unit_test_with_pool(keeps_nodes_that_stay),
        cmocka_unit_test_with_pool(drops_nodes_that_nobody_holds),
        cmocka_unit_test_with_pool(asks_a_dropped_one_again_when_it_is_named),
        cmocka_unit_test_with_pool(asks_another_one_while_the_owner_is_out_of_order),
        cmocka_unit_test_with_pool(has_room_for_so_many_and_no_more),
        cmocka_unit_test_with_pool(asks_the_configured_server_for_whom_there_is_no_room),
    };

    return cmocka_run_group_tests_name("net/redis/node_table", tests, NULL, NULL);
}
