/* Connections that threads share, children inherit, and signals interrupt. */
#include "test/unit/net/redis/redis_caller.h"

#include <apr_time.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "test/unit/children.h"
#include "test/unit/net/server/certificates.h"
#include "test/unit/threads.h"

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

/* ---- signals ---- */

typedef struct {
    pthread_t target;
    atomic_int is_ending;
} nuisance_t;

static volatile sig_atomic_t interruptions;

static void count_interruption(int number)
{
    (void)number;
    ++interruptions;
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
    struct sigaction action = {.sa_handler = count_interruption}; /* without SA_RESTART */
    nuisance_t nuisance = {.target = pthread_self()};
    caller_t *caller = caller_for(*state, peer_start(*state, NULL, answer_slowly));
    thread_t *thread;

    sigaction(SIGUSR1, &action, NULL);
    thread = thread_start(interrupt, &nuisance);
    for (int i = 0; i < 5; ++i) {
        assert_int_equal(call_get(caller, "k"), COG_OK);
    }
    assert_true(interruptions > 0);
    atomic_store(&nuisance.is_ending, 1);
    thread_join(thread);
    assert_int_equal(caller->log->count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(gives_every_thread_its_own_answers),
        cmocka_unit_test_for_redis(gives_no_thread_an_answer_of_another_one),
        cmocka_unit_test_for_redis(does_not_touch_a_connection_of_its_parent),
        cmocka_unit_test_for_redis(bears_signals),
    };

    return cmocka_run_group_tests_name("net/redis, threads and processes", tests, NULL,
                                       NULL);
}
