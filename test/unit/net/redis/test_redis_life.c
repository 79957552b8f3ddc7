/* Connections that are kept, die, or answer when nobody has asked. */
#include "test/unit/net/redis/redis_caller.h"

#include <apr_time.h>
#include <stdatomic.h>

/* ---- kept connections ---- */

static void answer_once_and_close(talk_t *talk)
{
    heard_t heard;

    if (talk_hear(talk, &heard)) {
        redis_answer(talk, &heard);
    }
}

static void gets_over_a_connection_that_was_closed(void **state)
{
    peer_t *peer = peer_start(*state, NULL, answer_once_and_close);
    caller_t *caller = caller_for(*state, peer);

    assert_int_equal(call_get(caller, "1"), COG_OK);
    peer_wait_until_closed(peer);
    assert_int_equal(call_set(caller, "2", "v"), COG_OK);
    peer_wait_until_closed(peer);
    assert_int_equal(call_add(caller, "3", "v"), COG_OK);
    peer_wait_until_closed(peer);
    assert_int_equal(call_remove(caller, "4"), COG_OK);
    assert_int_equal(peer_requests(peer), 4);
    assert_int_equal(caller->log->count, 0);
}

/* The first connection takes a second command and breaks without an answer to it. */
static void die_at_the_second_command(talk_t *talk)
{
    heard_t heard;

    if (talk->number > 1) {
        redis_answer_all(talk);
    }
    else if (talk_hear(talk, &heard) && redis_answer(talk, &heard) &&
             talk_hear(talk, &heard)) {
        talk_reset(talk);
    }
}

static caller_t *caller_with_a_dying_connection(apr_pool_t *pool, peer_t **peer)
{
    caller_t *caller;

    *peer = peer_start(pool, NULL, die_at_the_second_command);
    caller = caller_for(pool, *peer);
    assert_int_equal(call_get(caller, "first"), COG_OK);
    return caller;
}

static void asks_once_more_when_a_kept_connection_dies(void **state)
{
    peer_t *peer;
    caller_t *caller = caller_with_a_dying_connection(*state, &peer);

    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_value(caller, "value of k");
    assert_int_equal(peer_requests(peer), 3);
    assert_int_equal(peer_connections(peer), 2);
    caller = caller_with_a_dying_connection(*state, &peer);
    assert_int_equal(call_set(caller, "k", "v"), COG_OK);
    assert_int_equal(peer_requests(peer), 3);
    caller = caller_with_a_dying_connection(*state, &peer);
    assert_int_equal(call_remove(caller, "k"), COG_OK);
    assert_int_equal(peer_requests(peer), 3);
    assert_int_equal(caller->log->count, 0);
}

static void never_adds_twice(void **state)
{
    peer_t *peer;
    caller_t *caller = caller_with_a_dying_connection(*state, &peer);

    assert_int_equal(call_add(caller, "k", "v"), COG_E_STORE);
    assert_int_equal(peer_requests(peer), 2);
    assert_int_equal(peer_connections(peer), 1);
    assert_int_equal(call_get(caller, "k"), COG_OK);
}

static void die_within_the_second_answer(talk_t *talk)
{
    heard_t heard;

    if (talk->number > 1) {
        redis_answer_all(talk);
    }
    else if (talk_hear(talk, &heard) && redis_answer(talk, &heard) &&
             talk_hear(talk, &heard)) {
        talk_say(talk, "$");
    }
}

static void does_not_ask_again_once_an_answer_has_begun(void **state)
{
    peer_t *peer = peer_start(*state, NULL, die_within_the_second_answer);
    caller_t *caller = caller_for(*state, peer);

    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_int_equal(peer_requests(peer), 2);
    assert_int_equal(peer_connections(peer), 1);
}

/* ---- answers that belong to nobody ---- */

static atomic_int may_go_on;

static void wait_for_the_test(void)
{
    for (int i = 0; i < 10000 && !atomic_load(&may_go_on); ++i) {
        apr_sleep(MILLI);
    }
}

static void answer_the_first_too_late(talk_t *talk)
{
    heard_t heard;

    if (talk->number > 1) {
        redis_answer_all(talk);
    }
    else if (talk_hear(talk, &heard)) {
        wait_for_the_test();
        redis_answer(talk, &heard);
        talk_wait(talk);
    }
}

static void takes_no_late_answer_for_its_own(void **state)
{
    peer_t *peer;
    caller_t *caller;

    atomic_store(&may_go_on, 0);
    peer = peer_start(*state, NULL, answer_the_first_too_late);
    caller = caller_for(*state, peer);
    caller->conf.limit = 200 * MILLI;
    caller_make(caller);
    assert_int_equal(call_get(caller, "a"), COG_E_STORE);
    atomic_store(&may_go_on, 1);
    caller->conf.limit = LATE;
    assert_int_equal(call_get(caller, "b"), COG_OK);
    assert_value(caller, "value of b");
    assert_int_equal(peer_connections(peer), 2);
}

static atomic_int has_gone_on;

static void say_something_between_two_answers(talk_t *talk)
{
    heard_t heard;

    if (talk->number == 1 && talk_hear(talk, &heard)) {
        redis_answer(talk, &heard);
        wait_for_the_test();
        talk_say(talk, "$5\r\nwrong\r\n");
        atomic_store(&has_gone_on, 1);
    }
    redis_answer_all(talk);
}

static void takes_no_answer_that_was_there_before(void **state)
{
    peer_t *peer;
    caller_t *caller;

    atomic_store(&may_go_on, 0);
    atomic_store(&has_gone_on, 0);
    peer = peer_start(*state, NULL, say_something_between_two_answers);
    caller = caller_for(*state, peer);
    assert_int_equal(call_get(caller, "a"), COG_OK);
    atomic_store(&may_go_on, 1);
    for (int i = 0; i < 10000 && !atomic_load(&has_gone_on); ++i) {
        apr_sleep(MILLI);
    }
    assert_int_equal(call_get(caller, "b"), COG_OK);
    assert_value(caller, "value of b");
    assert_int_equal(peer_connections(peer), 2);
}

/* ---- processes ---- */

static void closes_its_connections_with_its_pool(void **state)
{
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    apr_pool_t *pool;

    for (int i = 0; i < 3; ++i) {
        apr_pool_create(&pool, *state);
        assert_int_equal(call_get(caller_for(pool, peer), "k"), COG_OK);
        assert_int_equal(peer_open(peer), 1);
        apr_pool_destroy(pool);
        peer_wait_until_closed(peer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(gets_over_a_connection_that_was_closed),
        cmocka_unit_test_for_redis(asks_once_more_when_a_kept_connection_dies),
        cmocka_unit_test_for_redis(never_adds_twice),
        cmocka_unit_test_for_redis(does_not_ask_again_once_an_answer_has_begun),
        cmocka_unit_test_for_redis(takes_no_late_answer_for_its_own),
        cmocka_unit_test_for_redis(takes_no_answer_that_was_there_before),
        cmocka_unit_test_for_redis(closes_its_connections_with_its_pool),
    };

    return cmocka_run_group_tests_name("net/redis, connections", tests, NULL, NULL);
}
