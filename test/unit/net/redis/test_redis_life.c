/* Connections that are kept, die, are inherited, shared by threads; and the breaker. */
#include "test/unit/net/redis/redis_caller.h"

#include <apr_time.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "net/server/breaker.h"
#include "net/server/connection_pool.h"
#include "test/unit/children.h"
#include "test/unit/net/server/certificates.h"
#include "test/unit/threads.h"

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

/* ---- the breaker ---- */

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

/* ---- threads ---- */

#define THREADS  8
#define PER_TASK 1250

typedef struct {
    const cog_store_t *store;
    int number;
    int right;
    int failed;
    int wrong;
} worker_t;

static void check_own_value(apr_pool_t *pool, worker_t *worker, int turn)
{
    const char *key = apr_psprintf(pool, "k-%d-%d", worker->number, turn);
    const char *expected = apr_pstrcat(pool, "value of ", key, NULL);
    kept_log_t *log = kept_log_make(pool);
    cog_span_t value;
    cog_err_t err =
        worker->store->get(worker->store->context, pool, &log->log, key, &value);

    if (err == COG_E_STORE) {
        worker->failed++;
    }
    else if (err == COG_OK && value.len == strlen(expected) &&
             memcmp(value.bytes, expected, value.len) == 0) {
        worker->right++;
    }
    else {
        worker->wrong++;
    }
}

static int work(apr_pool_t *pool, void *worker)
{
    for (int i = 0; i < PER_TASK; ++i) {
        check_own_value(pool, worker, i);
        apr_pool_clear(pool);
    }
    return 0;
}

/* Sums up in the first one. */
static worker_t run_workers(const cog_store_t *store)
{
    worker_t workers[THREADS] = {0};

    for (int i = 0; i < THREADS; ++i) {
        workers[i].store = store;
        workers[i].number = i;
    }
    assert_threads(THREADS, work, workers, sizeof(workers[0]), 0);
    for (int i = 1; i < THREADS; ++i) {
        workers[0].right += workers[i].right;
        workers[0].failed += workers[i].failed;
        workers[0].wrong += workers[i].wrong;
    }
    return workers[0];
}

static void gives_every_thread_its_own_answers(void **state)
{
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    caller_t *caller = caller_for(*state, peer);
    worker_t sum = run_workers(&caller->store);

    assert_int_equal(sum.wrong, 0);
    assert_int_equal(sum.failed, 0);
    assert_int_equal(sum.right, THREADS * PER_TASK);
    assert_in_range(peer_connections(peer), 1, THREADS);
}

/* Every connection ends badly, after ten to thirty answers. */
static void end_badly(talk_t *talk)
{
    heard_t heard;
    int turns = 10 + talk->number % 20;

    while (turns-- > 0 && talk_hear(talk, &heard) && redis_answer(talk, &heard)) {
    }
    if (!talk_hear(talk, &heard)) {
        return;
    }
    switch (talk->number % 4) {
    case 0:
        talk_say(talk, "$20\r\nvalue of k");
        break;
    case 1:
        talk_say(talk, "$5\r\nwrong\r\n$5\r\nwrong\r\n");
        break;
    case 2:
        talk_reset(talk);
        break;
    default:
        break;
    }
}

static void gives_no_thread_an_answer_of_another_one(void **state)
{
    peer_t *peer = peer_start(*state, NULL, end_badly);
    caller_t *caller = caller_for(*state, peer);
    worker_t sum = run_workers(&caller->store);

    assert_int_equal(sum.wrong, 0);
    assert_true(sum.right > 100);
    assert_true(sum.failed > 0);
    assert_int_equal(sum.right + sum.failed, THREADS * PER_TASK);
}

/* ---- processes ---- */

static int get_as_a_child(void *caller)
{
    return (int)call_get(caller, "child");
}

static void share_nothing(apr_pool_t *pool, SSL_CTX *tls, const char *authorities)
{
    peer_t *peer = peer_start(pool, tls, redis_answer_all);
    caller_t *caller = caller_for(pool, peer);

    caller->conf.has_tls = tls != NULL;
    caller->conf.ca_file = authorities;
    caller_make(caller);
    assert_int_equal(call_get(caller, "parent"), COG_OK);
    assert_int_equal(child_result(get_as_a_child, caller), COG_OK);
    assert_int_equal(call_get(caller, "parent"), COG_OK);
    assert_value(caller, "value of parent");
    assert_int_equal(peer_requests(peer), 3);
    assert_int_equal(peer_connections(peer), 2);
}

static void does_not_touch_a_connection_of_its_parent(void **state)
{
    const certificate_t certificate = {"IP:127.0.0.1", 10, 0};
    ca_t *ca = ca_make(*state);

    share_nothing(*state, NULL, NULL);
    share_nothing(*state, ca_server(*state, ca, &certificate), ca_file(ca));
}

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

/* ---- signals ---- */

typedef struct {
    pthread_t target;
    atomic_int is_ending;
} nuisance_t;

static void ignore(int number)
{
    (void)number;
}

static int interrupt(apr_pool_t *pool, void *data)
{
    nuisance_t *nuisance = data;

    (void)pool;
    while (!atomic_load(&nuisance->is_ending)) {
        pthread_kill(nuisance->target, SIGUSR1);
        apr_sleep(MILLI);
    }
    return 0;
}

static void answer_slowly(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard)) {
        apr_sleep(50 * MILLI);
        redis_answer(talk, &heard);
    }
}

static void bears_signals(void **state)
{
    struct sigaction action = {.sa_handler = ignore}; /* without SA_RESTART */
    nuisance_t nuisance = {.target = pthread_self()};
    caller_t *caller = caller_for(*state, peer_start(*state, NULL, answer_slowly));
    thread_t *thread;

    sigaction(SIGUSR1, &action, NULL);
    thread = thread_start(interrupt, &nuisance);
    for (int i = 0; i < 5; ++i) {
        assert_int_equal(call_get(caller, "k"), COG_OK);
    }
    atomic_store(&nuisance.is_ending, 1);
    thread_join(thread);
    assert_int_equal(caller->log->count, 0);
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
        cmocka_unit_test_for_redis(leaves_a_broken_server_alone_until_it_works),
        cmocka_unit_test_for_redis(warns_twice_in_an_outage),
        cmocka_unit_test_for_redis(reads_from_a_server_that_is_full),
        cmocka_unit_test_for_redis(gives_every_thread_its_own_answers),
        cmocka_unit_test_for_redis(gives_no_thread_an_answer_of_another_one),
        cmocka_unit_test_for_redis(does_not_touch_a_connection_of_its_parent),
        cmocka_unit_test_for_redis(closes_its_connections_with_its_pool),
        cmocka_unit_test_for_redis(bears_signals),
    };

    return cmocka_run_group_tests_name("net/redis/redis, connections", tests, NULL, NULL);
}
