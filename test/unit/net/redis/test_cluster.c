/* Which node is asked, and what becomes of what it says. */
#include "test/unit/net/redis/redis_caller.h"

#include <apr_strings.h>

#include "net/redis/cluster.h"
#include "net/server/breaker.h"
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

static const char *no_map; /* of keep_the_map_to_itself() */

static void keep_the_map_to_itself(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) &&
           (heard_is(&heard, "CLUSTER") ? talk_say(talk, no_map)
                                        : redis_answer(talk, &heard))) {
    }
}

/* Then a slot is learned with each detour. */
static void works_without_the_map(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *owner = peer_start(*state, NULL, keep_the_map_to_itself);
    caller_t *caller = caller_for(*state, seed);

    no_map = "-NOPERM no\r\n";
    cluster_name("127.0.0.1", owner);
    assert_int_equal(call_get(caller, "k1"), COG_OK);
    assert_logged(caller->log,
                  "COG2200: Redis cluster node at 127.0.0.1:", "+cluster|slots");
    assert_int_equal(call_get(caller, "k1"), COG_OK);
    assert_int_equal(peer_requests(seed), 1);
    assert_int_equal(call_get(caller, "k2"), COG_OK);
    assert_int_equal(peer_requests(seed), 2);
    assert_int_equal(peer_connections(seed), 1);
    assert_int_equal(caller->log->count, 1);
}

static void asks_nobody_else_for_the_map(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *owner = peer_start(*state, NULL, keep_the_map_to_itself);
    caller_t *caller = caller_for(*state, seed);

    no_map = "-MOVED 1 127.0.0.1:1\r\n";
    cluster_name("127.0.0.1", owner);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_value(caller, "value of k");
    assert_logged(caller->log, "COG2200", "names no node that may be");
}

/* One slot is another one's. */
static void answer_as_one_of_two(talk_t *talk)
{
    char map[200];
    heard_t heard;

    apr_snprintf(map, sizeof(map),
                 "*2\r\n*3\r\n:0\r\n:0\r\n*2\r\n$9\r\n127.0.0.1\r\n:1\r\n"
                 "*3\r\n:1\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:%d\r\n",
                 peer_port(talk->peer));
    while (talk_hear(talk, &heard) &&
           (heard_is(&heard, "CLUSTER") ? talk_say(talk, map)
                                        : redis_answer(talk, &heard))) {
    }
}

static void counts_the_nodes(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *owner = peer_start(*state, NULL, answer_as_one_of_two);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", owner);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_logged(caller->log, "COG2204", "a cluster, of 2 node(s)");
    assert_int_equal(cog_redis_count(&caller->store), 2);
}

/* Each key is sent to another node, of which none is there. */
static void knows_no_more_nodes_than_it_has_room_for(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    caller_t *caller = caller_for(*state, seed);
    int count = 0;

    while (!strstr(caller->log->last, "COG2205") && count++ < 200) {
        cluster_name(apr_psprintf(*state, "127.0.1.%d", count), seed);
        assert_int_equal(call_get(caller, apr_itoa(*state, count)), COG_E_STORE);
    }
    assert_logged(caller->log, "COG2205: Redis at 127.0.0.1:", "more nodes than the 128");
    assert_in_range(count, COG_MAX_NODES, 199);
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

/* The first connection takes one question, and breaks at the next. */
static void die_when_asked_again(talk_t *talk)
{
    heard_t heard;

    if (talk->number > 1) {
        redis_answer_all(talk);
        return;
    }
    for (int i = 0; i < 2 && talk_hear(talk, &heard); ++i) {
        redis_answer(talk, &heard);
    }
    talk_hear(talk, &heard);
    talk_reset(talk);
}

static void asks_over_another_connection_while_a_slot_moves(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_to_ask);
    peer_t *next = peer_start(*state, NULL, die_when_asked_again);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", next);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(call_add(caller, "k", "v"), COG_OK);
    assert_int_equal(peer_requests(next), 5);
    assert_int_equal(peer_connections(next), 2);
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
    /* of one key: others may be answered */
    for (int i = 0; i < COG_BREAKER_FAILURES; ++i) {
        assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    }
    assert_int_equal(kept_log_count(caller->log, "COG2201"), 0);
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

#define MORE_THAN_HALF (250 * MILLI)

static void send_on_late(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard)) {
        apr_sleep(MORE_THAN_HALF);
        cluster_say_redirect(talk, &heard, "MOVED");
    }
}

static void answer_late(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard)) {
        apr_sleep(MORE_THAN_HALF);
        redis_answer(talk, &heard);
    }
}

static void has_one_limit_for_all_who_are_asked(void **state)
{
    peer_t *seed = peer_start(*state, NULL, send_on_late);
    peer_t *owner = peer_start(*state, NULL, answer_late);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", owner);
    caller->conf.limit = 400 * MILLI;
    caller_make(caller);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200", "in time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(follows_and_learns_the_way),
        cmocka_unit_test_for_redis(adds_once),
        cmocka_unit_test_for_redis(takes_no_host_for_the_same_host),
        cmocka_unit_test_for_redis(logs_in_at_each_node),
        cmocka_unit_test_for_redis(works_without_the_map),
        cmocka_unit_test_for_redis(asks_nobody_else_for_the_map),
        cmocka_unit_test_for_redis(counts_the_nodes),
        cmocka_unit_test_for_redis(knows_no_more_nodes_than_it_has_room_for),
        cmocka_unit_test_for_redis(opens_another_connection_when_it_is_sent_back),
        cmocka_unit_test_for_redis(asks_once_more_elsewhere_while_a_slot_moves),
        cmocka_unit_test_for_redis(asks_over_another_connection_while_a_slot_moves),
        cmocka_unit_test_for_redis(does_not_go_on_when_it_may_not_ask),
        cmocka_unit_test_for_redis(gives_up_when_nodes_send_to_and_fro),
        cmocka_unit_test_for_redis(follows_none_that_cannot_be),
        cmocka_unit_test_for_redis(gives_up_in_time),
        cmocka_unit_test_for_redis(has_one_limit_for_all_who_are_asked),
    };

    return cmocka_run_group_tests_name("net/redis/cluster", tests, NULL, NULL);
}
