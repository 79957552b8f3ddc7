/* Which node is asked, and what becomes of what it says. */
#include "test/unit/net/redis/redis_caller.h"

#include "net/redis/cluster.h"
#include "test/unit/net/redis/cluster_peer.h"

/* ---- MOVED ---- */

static void follows_and_learns_the_way(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *owner = peer_start(*state, NULL, cluster_answer_as_owner);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", owner);
    assert_int_equal(cog_redis_count(&caller->store), 1);
    assert_int_equal(call_get(caller, "k1"), COG_OK);
    assert_value(caller, "value of k1");
    assert_logged(caller->log, "COG2204: Redis at 127.0.0.1:", "is a cluster, of 1 node");
    assert_int_equal(call_set(caller, "k2", "v"), COG_OK);
    assert_int_equal(call_remove(caller, "k3"), COG_OK);
    assert_int_equal(peer_requests(seed), 1);
    assert_string_equal(peer_request(owner, 0), "GET k1");
    assert_string_equal(peer_request(owner, 1), "CLUSTER SLOTS");
    assert_string_equal(peer_request(owner, 2), "SET k2 v EX 60");
    assert_int_equal(peer_requests(owner), 4);
    assert_int_equal(peer_connections(owner), 1);
    assert_int_equal(caller->log->count, 1);
}

static void adds_once(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *owner = peer_start(*state, NULL, cluster_answer_as_owner);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", owner);
    assert_int_equal(call_add(caller, "k", "v"), COG_OK);
    assert_int_equal(peer_requests(owner), 2);
    assert_string_equal(peer_request(owner, 0), "SET k v EX 60 NX");
}

static void takes_no_host_for_the_same_host(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *owner = peer_start(*state, NULL, cluster_answer_as_owner);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("", owner);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_value(caller, "value of k");
}

static void logs_in_at_each_node(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *owner = peer_start(*state, NULL, cluster_answer_as_owner);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", owner);
    caller->conf.user = "cognito";
    caller->conf.password = cog_secret_of("s3cr3t");
    caller_make(caller);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_string_equal(peer_request(seed, 0), "AUTH cognito s3cr3t");
    assert_string_equal(peer_request(owner, 0), "AUTH cognito s3cr3t");
}

static void keep_the_map_to_itself(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) &&
           (heard_is(&heard, "CLUSTER") ? talk_say(talk, "-NOPERM no\r\n")
                                        : redis_answer(talk, &heard))) {
    }
}

/* Then a slot is learned with each detour. */
static void works_without_the_map(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *owner = peer_start(*state, NULL, keep_the_map_to_itself);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", owner);
    assert_int_equal(call_get(caller, "k1"), COG_OK);
    assert_logged(caller->log,
                  "COG2200: Redis cluster node at 127.0.0.1:", "+cluster|slots");
    assert_int_equal(call_get(caller, "k1"), COG_OK);
    assert_int_equal(peer_requests(seed), 1);
    assert_int_equal(call_get(caller, "k2"), COG_OK);
    assert_int_equal(peer_requests(seed), 2);
    assert_int_equal(caller->log->count, 1);
}

/* Behind one name may be several. */
static void send_back_on_the_first_connection(talk_t *talk)
{
    talk->number == 1 ? cluster_send_on(talk) : cluster_answer_as_owner(talk);
}

static void opens_another_connection_when_it_is_sent_back(void **state)
{
    peer_t *seed = peer_start(*state, NULL, send_back_on_the_first_connection);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", seed);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_value(caller, "value of k");
    assert_int_equal(peer_connections(seed), 2);
}

/* ---- ASK ---- */

static void asks_once_more_elsewhere_while_a_slot_moves(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_to_ask);
    peer_t *next = peer_start(*state, NULL, cluster_answer_as_owner);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", next);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_value(caller, "value of k");
    assert_int_equal(call_add(caller, "k", "v"), COG_OK);
    assert_int_equal(peer_requests(seed), 2);
    assert_int_equal(peer_requests(next), 4);
    assert_string_equal(peer_request(next, 0), "ASKING");
    assert_string_equal(peer_request(next, 1), "GET k");
    assert_string_equal(peer_request(next, 2), "ASKING");
    assert_string_equal(peer_request(next, 3), "SET k v EX 60 NX");
    assert_int_equal(caller->log->count, 0);
}

static void refuse_to_be_asked(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) && talk_say(talk, "-NOPERM asking\r\n")) {
    }
}

static void does_not_go_on_when_it_may_not_ask(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_to_ask);
    peer_t *next = peer_start(*state, NULL, refuse_to_be_asked);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", next);
    assert_int_equal(call_set(caller, "k", "v"), COG_E_STORE);
    assert_int_equal(peer_requests(next), 1);
    assert_logged(caller->log, "COG2200", "+asking");
}

/* ---- what leads nowhere ---- */

static void gives_up_when_nodes_send_to_and_fro(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", seed);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200", "nodes send from one to another");
    assert_int_equal(peer_requests(seed), 1 + COG_CLUSTER_REDIRECTS);
}

static const char *broken; /* of send_nowhere() */

static void send_nowhere(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) && talk_say(talk, broken)) {
    }
}

static void follows_none_that_cannot_be(void **state)
{
    /* of the slot 2436 */
    static const char *const said[] = {
        "-MOVED \r\n",
        "-MOVED 2436\r\n",
        "-MOVED 2436 127.0.0.1\r\n",
        "-MOVED 2436 127.0.0.1:0\r\n",
        "-MOVED 2436 127.0.0.1:65536\r\n",
        "-MOVED 2436 /run/redis.sock:1\r\n",
        "-MOVED 2436 ?:6379\r\n",
        "-MOVED 2435 127.0.0.1:6379\r\n", /* another slot */
        "-ASK 2435 127.0.0.1:6379\r\n",
    };

    for (size_t i = 0; i < COUNT(said); ++i) {
        apr_pool_t *pool;
        peer_t *seed;
        caller_t *caller;

        broken = said[i];
        apr_pool_create(&pool, *state);
        seed = peer_start(pool, NULL, send_nowhere);
        caller = caller_for(pool, seed);
        assert_result(said[i], call_get(caller, "cognito:session:abc"), COG_E_STORE);
        assert_logged(caller->log, "COG2200", "names no node that may be");
        assert_int_equal(peer_requests(seed), 1);
        apr_pool_destroy(pool);
    }
}

static void wait_instead(talk_t *talk)
{
    heard_t heard;

    if (talk_hear(talk, &heard)) {
        talk_wait(talk);
    }
}

/* The limit is that of the call, however many are asked. */
static void gives_up_in_time(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *owner = peer_start(*state, NULL, wait_instead);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", owner);
    caller->conf.limit = HALF_A_SECOND;
    caller_make(caller);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200", "did not answer in time");
    assert_true(caller->took < LATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(follows_and_learns_the_way),
        cmocka_unit_test_for_redis(adds_once),
        cmocka_unit_test_for_redis(takes_no_host_for_the_same_host),
        cmocka_unit_test_for_redis(logs_in_at_each_node),
        cmocka_unit_test_for_redis(works_without_the_map),
        cmocka_unit_test_for_redis(opens_another_connection_when_it_is_sent_back),
        cmocka_unit_test_for_redis(asks_once_more_elsewhere_while_a_slot_moves),
        cmocka_unit_test_for_redis(does_not_go_on_when_it_may_not_ask),
        cmocka_unit_test_for_redis(gives_up_when_nodes_send_to_and_fro),
        cmocka_unit_test_for_redis(follows_none_that_cannot_be),
        cmocka_unit_test_for_redis(gives_up_in_time),
    };

    return cmocka_run_group_tests_name("net/redis/cluster", tests, NULL, NULL);
}
