/* A cluster that changes, while time goes by as the test says. */
#include "test/unit/net/redis/redis_caller.h"

#include <stdatomic.h>
#include <time.h>

#include "net/redis/cluster.h"
#include "net/server/monotonic.h"
#include "test/unit/net/redis/cluster_peer.h"
#include "test/unit/threads.h"

/* ---- time, whose place is taken here ---- */

static _Atomic(apr_time_t) ahead;

apr_time_t cog_monotonic_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return apr_time_make(now.tv_sec, now.tv_nsec / 1000) + atomic_load(&ahead);
}

int cog_monotonic_left(apr_time_t deadline)
{
    apr_interval_time_t left = deadline - cog_monotonic_now();

    return left > 0 ? (int)apr_time_as_msec(left) + 1 : 0;
}

static void let_time_go_by(apr_interval_time_t interval)
{
    atomic_fetch_add(&ahead, interval);
}

/* ---- the map ---- */

static void keep_the_map_to_itself(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) &&
           (heard_is(&heard, "CLUSTER") ? talk_say(talk, "-NOPERM no\r\n")
                                        : redis_answer(talk, &heard))) {
    }
}

static int count_maps(peer_t *peer)
{
    int count = 0;

    for (int i = 0; i < peer_requests(peer); ++i) {
        count += strcmp(peer_request(peer, i), "CLUSTER SLOTS") == 0;
    }
    return count;
}

/* Whoever else comes meanwhile puts it off for nobody. */
static void asks_for_the_map_once_in_an_interval(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *owner = peer_start(*state, NULL, keep_the_map_to_itself);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", owner);
    assert_int_equal(call_get(caller, "1"), COG_OK);
    assert_int_equal(count_maps(owner), 1);
    let_time_go_by(COG_CLUSTER_INTERVAL - apr_time_from_sec(2));
    assert_int_equal(call_get(caller, "2"), COG_OK);
    assert_int_equal(count_maps(owner), 1);
    let_time_go_by(apr_time_from_sec(2));
    assert_int_equal(call_get(caller, "3"), COG_OK);
    assert_int_equal(count_maps(owner), 2);
}

static atomic_int is_moving;

/* Has all slots, but does not always know it. */
static void forget_now_and_then(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard)) {
        if (atomic_exchange(&is_moving, 0)) {
            cluster_say_redirect(talk, &heard, "MOVED");
        }
        else if (heard_is(&heard, "CLUSTER")) {
            cluster_say_map(talk);
        }
        else {
            redis_answer(talk, &heard);
        }
    }
}

static void tells_of_a_change_only(void **state)
{
    peer_t *owner = peer_start(*state, NULL, forget_now_and_then);
    caller_t *caller = caller_for(*state, owner);

    cluster_name("localhost", owner);
    for (int i = 0; i < 3; ++i) {
        atomic_store(&is_moving, 1);
        assert_int_equal(call_get(caller, "k"), COG_OK);
        let_time_go_by(COG_CLUSTER_INTERVAL);
    }
    assert_int_equal(count_maps(owner), 3);
    assert_int_equal(kept_log_count(caller->log, "COG2204"), 1);
}

/* ---- a node that goes ---- */

static atomic_int has_gone;
static atomic_int may_answer;

static void answer_until_it_goes(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard)) {
        if (atomic_load(&has_gone)) {
            cluster_say_redirect(talk, &heard, "MOVED");
        }
        else {
            heard_is(&heard, "CLUSTER") ? cluster_say_map(talk)
                                        : redis_answer(talk, &heard);
        }
    }
}

static void closes_the_connections_of_a_node_that_has_gone(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *node = peer_start(*state, NULL, answer_until_it_goes);
    peer_t *successor = peer_start(*state, NULL, cluster_answer_as_owner);
    caller_t *caller = caller_for(*state, seed);

    atomic_store(&has_gone, 0);
    cluster_name("127.0.0.1", node);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    let_time_go_by(COG_CLUSTER_INTERVAL);
    cluster_name("127.0.0.1", successor);
    atomic_store(&has_gone, 1);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(kept_log_count(caller->log, "COG2204"), 2);
    peer_wait_until_closed(node);
}

/* Its first connection answers when the test allows it; all others send on. */
static void answer_late_or_send_on(talk_t *talk)
{
    heard_t heard;

    if (talk->number > 1) {
        cluster_send_on(talk);
        return;
    }
    while (talk_hear(talk, &heard)) {
        for (int i = 0; i < 10000 && !atomic_load(&may_answer); ++i) {
            apr_sleep(MILLI);
        }
        heard_is(&heard, "CLUSTER") ? cluster_say_map(talk) : redis_answer(talk, &heard);
    }
}

static int get_late(apr_pool_t *pool, void *item)
{
    const cog_store_t *store = item;
    cog_span_t value = {NULL, 0};

    return store->get(store->context, pool, &kept_log_make(pool)->log, "k", &value) ==
               COG_OK &&
           value.len == strlen("value of k");
}

static void wait_for_requests(peer_t *peer, int count)
{
    apr_time_t end = apr_time_now() + LATE;

    while (peer_requests(peer) < count) {
        assert_true(apr_time_now() < end);
        apr_sleep(MILLI);
    }
}

static void keeps_a_node_that_is_asked(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *node = peer_start(*state, NULL, answer_late_or_send_on);
    peer_t *successor = peer_start(*state, NULL, cluster_answer_as_owner);
    apr_pool_t *pool;
    caller_t *caller;
    thread_t *thread;

    apr_pool_create(&pool, *state);
    caller = caller_for(pool, seed);
    cluster_name("127.0.0.1", node);
    atomic_store(&may_answer, 1);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    let_time_go_by(COG_CLUSTER_INTERVAL);
    cluster_name("127.0.0.1", successor);
    atomic_store(&may_answer, 0);
    thread = thread_start(get_late, &caller->store);
    wait_for_requests(node, 3);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(kept_log_count(caller->log, "COG2204"), 2);
    atomic_store(&may_answer, 1);
    assert_int_equal(thread_join(thread), 1);
    apr_pool_destroy(pool);
    peer_wait_until_closed(node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(asks_for_the_map_once_in_an_interval),
        cmocka_unit_test_for_redis(tells_of_a_change_only),
        cmocka_unit_test_for_redis(closes_the_connections_of_a_node_that_has_gone),
        cmocka_unit_test_for_redis(keeps_a_node_that_is_asked),
    };

    return cmocka_run_group_tests_name("net/redis/cluster, time", tests, NULL, NULL);
}
