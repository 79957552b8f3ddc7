#include "test/unit/net/redis/redis_caller.h"

#include <apr_time.h>
#include <netdb.h>

#include "net/server/connection_pool.h"
#include "net/server/monotonic.h"
#include "test/unit/children.h"

#define NOW apr_time_from_sec(1000)

typedef struct {
    peer_t *peer;
    cog_endpoint_t endpoint;
    cog_connection_pool_t *connections;
} idle_t;

static idle_t make(apr_pool_t *pool)
{
    idle_t idle = {.peer = peer_start(pool, NULL, redis_answer_all)};

    assert_int_equal(cog_resolver_make(pool, "127.0.0.1", peer_port(idle.peer),
                                       getaddrinfo, &idle.endpoint.resolver),
                     COG_OK);
    assert_int_equal(cog_connection_pool_make(pool, &idle.connections), COG_OK);
    return idle;
}

static int open_and_give(const idle_t *idle, apr_time_t now)
{
    cog_connection_t connection;
    cog_fault_t fault;
    int fd;

    assert_int_equal(cog_connection_open(&idle->endpoint, cog_monotonic_now() + LATE,
                                         &connection, &fault),
                     COG_OK);
    fd = connection.fd;
    cog_connection_pool_give(idle->connections, now, &connection);
    return fd;
}

/* How many are there; takes and closes them. */
static int count(const idle_t *idle, apr_time_t now)
{
    cog_connection_t connection;
    int number = 0;

    while (cog_connection_pool_take(idle->connections, now, &connection)) {
        cog_connection_close(&connection);
        ++number;
    }
    return number;
}

static void gives_the_youngest_first(void **state)
{
    idle_t idle = make(*state);
    int first = open_and_give(&idle, NOW);
    int second = open_and_give(&idle, NOW + 1);
    cog_connection_t connection;

    assert_true(cog_connection_pool_take(idle.connections, NOW + 2, &connection));
    assert_int_equal(connection.fd, second);
    cog_connection_close(&connection);
    assert_true(cog_connection_pool_take(idle.connections, NOW + 2, &connection));
    assert_int_equal(connection.fd, first);
    cog_connection_close(&connection);
    assert_false(cog_connection_pool_take(idle.connections, NOW + 2, &connection));
}

static void keeps_a_few(void **state)
{
    idle_t idle = make(*state);

    for (int i = 0; i < COG_IDLE_MAX + 3; ++i) {
        open_and_give(&idle, NOW);
    }
    assert_int_equal(count(&idle, NOW), COG_IDLE_MAX);
}

static void keeps_none_for_long(void **state)
{
    idle_t idle = make(*state);

    open_and_give(&idle, NOW);
    assert_int_equal(count(&idle, NOW + COG_IDLE_LIMIT - 1), 1);
    open_and_give(&idle, NOW);
    assert_int_equal(count(&idle, NOW + COG_IDLE_LIMIT), 0);
    for (int i = 0; i < 5; ++i) {
        open_and_give(&idle, NOW + i);
    }
    open_and_give(&idle, NOW + COG_IDLE_LIMIT + 2); /* ends 0, 1 and 2 */
    assert_int_equal(count(&idle, NOW + 5), 3);
}

/* What a child finds at first, and with one of its own: 10 * none + one. */
static int take_as_a_child(void *context)
{
    const idle_t *idle = context;
    cog_connection_t connection;
    int inherited = cog_connection_pool_take(idle->connections, NOW, &connection);

    open_and_give(idle, NOW);
    return 10 * inherited + count(idle, NOW);
}

/* Two processes on one connection would read each other's answers. */
static void gives_a_child_none_of_its_parent(void **state)
{
    idle_t idle = make(*state);
    int fd = open_and_give(&idle, NOW);
    cog_connection_t connection;

    assert_int_equal(child_result(take_as_a_child, &idle), 1);
    assert_true(cog_connection_pool_take(idle.connections, NOW, &connection));
    assert_int_equal(connection.fd, fd);
    assert_true(cog_connection_is_quiet(&connection));
    cog_connection_close(&connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(gives_the_youngest_first),
        cmocka_unit_test_for_redis(keeps_a_few),
        cmocka_unit_test_for_redis(keeps_none_for_long),
        cmocka_unit_test_for_redis(gives_a_child_none_of_its_parent),
    };

    return cmocka_run_group_tests_name("net/connection_pool", tests, NULL, NULL);
}
