/* Nodes that die, that are asked by many threads, and that nobody may trust. */
#include "test/unit/net/redis/redis_caller.h"

#include <apr_strings.h>

#include "net/server/breaker.h"
#include "test/unit/net/redis/cluster_peer.h"
#include "test/unit/net/server/certificates.h"
#include "test/unit/threads.h"

/* ---- a node that dies ---- */

static void hang_up(talk_t *talk)
{
    talk_reset(talk);
}

static void finds_the_successor_of_a_node_that_has_died(void **state)
{
    peer_t *seed = peer_start(*state, NULL, cluster_send_on);
    peer_t *dead = peer_start(*state, NULL, hang_up);
    peer_t *successor = peer_start(*state, NULL, cluster_answer_as_owner);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", dead);
    for (int i = 0; i < COG_BREAKER_FAILURES; ++i) {
        assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    }
    assert_int_equal(peer_requests(seed), 1);
    assert_int_equal(kept_log_count(caller->log, "COG2201: Redis cluster node"), 1);
    /* its replica is promoted, and the others know */
    cluster_name("127.0.0.1", successor);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_value(caller, "value of k");
    assert_int_equal(peer_requests(seed), 2);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(peer_requests(seed), 2);
}

static void does_without_the_configured_server(void **state)
{
    apr_pool_t *pool;
    peer_t *seed;
    peer_t *owner = peer_start(*state, NULL, cluster_answer_as_owner);
    caller_t *caller;

    apr_pool_create(&pool, *state);
    seed = peer_start(pool, NULL, cluster_send_on);
    caller = caller_for(*state, seed);
    cluster_name("127.0.0.1", owner);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    apr_pool_destroy(pool);
    for (int i = 0; i < 5; ++i) {
        assert_int_equal(call_get(caller, apr_itoa(*state, i)), COG_OK);
    }
}

/* ---- threads ---- */

#define THREADS  4
#define PER_TASK 150

typedef struct {
    const cog_store_t *store;
    int number;
} worker_t;

/* What belongs to nobody else comes back, whichever node is the owner meanwhile. */
static int ask_for_own_values(apr_pool_t *pool, void *item)
{
    const worker_t *worker = item;
    int wrong = 0;

    for (int i = 0; i < PER_TASK; ++i) {
        kept_log_t *log = kept_log_make(pool);
        const char *key = apr_psprintf(pool, "k-%d-%d", worker->number, i);
        const char *expected = apr_pstrcat(pool, "value of ", key, NULL);
        cog_span_t value = {NULL, 0};

        wrong += worker->store->get(worker->store->context, pool, &log->log, key,
                                    &value) != COG_OK ||
                 value.len != strlen(expected) ||
                 memcmp(value.bytes, expected, value.len) != 0;
    }
    return wrong;
}

/* Every third command finds that the slot is the other one's. */
static void send_on_now_and_then(talk_t *talk)
{
    heard_t heard;
    int count = 0;

    while (talk_hear(talk, &heard) &&
           (++count % 3 == 0 ? cluster_say_redirect(talk, &heard, "MOVED")
                             : redis_answer(talk, &heard))) {
    }
}

static void gives_threads_their_answers_while_slots_move(void **state)
{
    peer_t *seed = peer_start(*state, NULL, send_on_now_and_then);
    peer_t *other = peer_start(*state, NULL, cluster_answer_as_owner);
    caller_t *caller = caller_for(*state, seed);
    worker_t workers[THREADS];

    cluster_name("127.0.0.1", other);
    for (int i = 0; i < THREADS; ++i) {
        workers[i] = (worker_t){&caller->store, i};
    }
    assert_threads(THREADS, ask_for_own_values, workers, sizeof(workers[0]), 0);
}

/* ---- TLS ---- */

/* clang-format off */
static const struct {
    const char *rule;
    const char *configured;
    const char *named;
    const char *names; /* of the named one's certificate */
    int is_trusted;
} nodes[] = {
    {"name",                           "localhost", "localhost", "DNS:localhost", 1},
    {"address by the configured name", "localhost", "127.0.0.1", "DNS:localhost", 1},
    {"address",                        "127.0.0.1", "127.0.0.1", "IP:127.0.0.1",  1},
    {"name beside an address",         "127.0.0.1", "localhost", "DNS:localhost", 1},
    {"other name",                     "localhost", "localhost", "DNS:node.test", 0},
    {"address of an address",          "localhost", "127.0.0.1", "IP:127.0.0.1",  0},
    {"name for an address",            "127.0.0.1", "127.0.0.1", "DNS:localhost", 0},
    {"address for a name",             "127.0.0.1", "localhost", "IP:127.0.0.1",  0},
};
/* clang-format on */

static void trusts_no_strange_node(void **state)
{
    const certificate_t good = {"DNS:localhost,IP:127.0.0.1", 10, 0};
    ca_t *ca = ca_make(*state);
    peer_t *seed = peer_start(*state, ca_server(*state, ca, &good), cluster_send_on);

    for (size_t i = 0; i < COUNT(nodes); ++i) {
        const certificate_t certificate = {nodes[i].names, 10, 0};
        SSL_CTX *tls = ca_server(*state, ca, &certificate);
        peer_t *node = peer_start(*state, tls, cluster_answer_as_owner);
        caller_t *caller = caller_for(*state, seed);

        cluster_name(nodes[i].named, node);
        caller->conf.host = nodes[i].configured;
        caller->conf.has_tls = 1;
        caller->conf.ca_file = ca_file(ca);
        caller->conf.password = cog_secret_of("s3cr3t");
        caller_make(caller);
        assert_result(nodes[i].rule, call_get(caller, "k"),
                      nodes[i].is_trusted ? COG_OK : COG_E_STORE);
        if (!nodes[i].is_trusted) {
            assert_logged(caller->log, "COG2200", "its certificate is refused");
            assert_int_equal(peer_requests(node), 0);
        }
    }
}

static void goes_from_tls_to_no_plain_node(void **state)
{
    const certificate_t good = {"DNS:localhost,IP:127.0.0.1", 10, 0};
    ca_t *ca = ca_make(*state);
    peer_t *seed = peer_start(*state, ca_server(*state, ca, &good), cluster_send_on);
    peer_t *plain = peer_start(*state, NULL, cluster_answer_as_owner);
    caller_t *caller = caller_for(*state, seed);

    cluster_name("127.0.0.1", plain);
    caller->conf.has_tls = 1;
    caller->conf.ca_file = ca_file(ca);
    caller->conf.limit = HALF_A_SECOND;
    caller->conf.password = cog_secret_of("s3cr3t");
    caller_make(caller);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_int_equal(peer_requests(plain), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(finds_the_successor_of_a_node_that_has_died),
        cmocka_unit_test_for_redis(does_without_the_configured_server),
        cmocka_unit_test_for_redis(gives_threads_their_answers_while_slots_move),
        cmocka_unit_test_for_redis(trusts_no_strange_node),
        cmocka_unit_test_for_redis(goes_from_tls_to_no_plain_node),
    };

    return cmocka_run_group_tests_name("net/redis/cluster, nodes", tests, NULL, NULL);
}
