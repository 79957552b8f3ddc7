/* A server that is broken is left alone, and the administrator hears of it. */
#include "test/unit/net/redis/redis_caller.h"

#include <apr_time.h>
#include <stdatomic.h>

#include "net/server/breaker.h"

static atomic_int is_down;

static void answer_while_up(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) && !atomic_load(&is_down) &&
           redis_answer(talk, &heard)) {
    }
}

static void answer_by_health(talk_t *talk)
{
    if (!atomic_load(&is_down)) {
        answer_while_up(talk);
    }
}

static void fail_often(caller_t *caller, int count)
{
    for (int i = 0; i < count; ++i) {
        assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    }
}

static void wait_until_it_works(caller_t *caller)
{
    apr_time_t end = apr_time_now() + LATE;

    while (call_get(caller, "k") != COG_OK) {
        assert_true(apr_time_now() < end);
        apr_sleep(10 * MILLI);
    }
}

static void leaves_a_broken_server_alone_until_it_works(void **state)
{
    peer_t *peer = peer_start(*state, NULL, answer_by_health);
    caller_t *caller = caller_for(*state, peer);
    int connections;

    atomic_store(&is_down, 1);
    fail_often(caller, COG_BREAKER_FAILURES);
    assert_logged(caller->log, "COG2201: Redis at 127.0.0.1:", "CognitoStore");
    assert_int_equal(caller->log->level, COG_LOG_WARNING);
    connections = peer_connections(peer);
    fail_often(caller, 100);
    assert_in_range(peer_connections(peer), connections, connections + 1);
    assert_int_equal(kept_log_count(caller->log, "COG2201"), 1);
    atomic_store(&is_down, 0);
    wait_until_it_works(caller);
    assert_logged(caller->log, "COG2202", "works again");
    assert_int_equal(caller->log->level, COG_LOG_INFO);
    assert_int_equal(kept_log_count(caller->log, "COG2201"), 1);
    assert_int_equal(kept_log_count(caller->log, "COG2202"), 1);
    assert_int_equal(call_get(caller, "k"), COG_OK);
}

/* One warning for the first failure, one when it opens; the rest is for those who look.
 */
static void warns_twice_in_an_outage(void **state)
{
    peer_t *peer = peer_start(*state, NULL, answer_by_health);
    caller_t *caller = caller_for(*state, peer);

    atomic_store(&is_down, 1);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_int_equal(caller->log->level, COG_LOG_WARNING);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200", "");
    assert_int_equal(caller->log->level, COG_LOG_DEBUG);
    fail_often(caller, 1);
    assert_int_equal(caller->log->level, COG_LOG_WARNING);
    fail_often(caller, 1);
    assert_int_equal(caller->log->level, COG_LOG_DEBUG);
}

static void refuse_to_write(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) &&
           (heard_is(&heard, "SET") ? talk_say(talk, "-OOM memory is full\r\n")
                                    : redis_answer(talk, &heard))) {
    }
}

/* F22: sessions stay readable */
static void reads_from_a_server_that_is_full(void **state)
{
    peer_t *peer = peer_start(*state, NULL, refuse_to_write);
    caller_t *caller = caller_for(*state, peer);

    for (int i = 0; i < 2 * COG_BREAKER_FAILURES; ++i) {
        assert_int_equal(call_set(caller, "k", "v"), COG_E_STORE);
    }
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(kept_log_count(caller->log, "COG2200"), 2 * COG_BREAKER_FAILURES);
    assert_int_equal(kept_log_count(caller->log, "COG2201"), 0);
}

static void refuse_the_database(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) && talk_say(talk, "-NOPERM no SELECT\r\n")) {
    }
}

/* What one command may not, others may; here none can be asked. */
static void leaves_a_server_alone_that_lets_it_not_in(void **state)
{
    peer_t *peer = peer_start(*state, NULL, refuse_the_database);
    caller_t *caller = caller_for(*state, peer);

    caller->conf.database = 1;
    caller_make(caller);
    fail_often(caller, COG_BREAKER_FAILURES);
    assert_int_equal(kept_log_count(caller->log, "COG2201"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(leaves_a_broken_server_alone_until_it_works),
        cmocka_unit_test_for_redis(warns_twice_in_an_outage),
        cmocka_unit_test_for_redis(reads_from_a_server_that_is_full),
        cmocka_unit_test_for_redis(leaves_a_server_alone_that_lets_it_not_in),
    };

    return cmocka_run_group_tests_name("net/redis, breaker", tests, NULL, NULL);
}
