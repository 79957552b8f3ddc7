#include "test/unit/net/redis/redis_caller.h"

#include <apr_time.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <stdatomic.h>
#include <unistd.h>

#include "net/server/connection.h"
#include "net/server/monotonic.h"
#include "test/unit/net/server/certificates.h"

static void asks_over_one_connection(apr_pool_t *pool, int version)
{
    const certificate_t certificate = {"DNS:localhost,IP:127.0.0.1", 10, 0};
    ca_t *ca = ca_make(pool);
    SSL_CTX *tls = ca_server(pool, ca, &certificate);
    peer_t *peer;
    caller_t *caller;
    char *large = apr_pcalloc(pool, COG_STORE_MAX_VALUE + 1);

    memset(large, 'x', COG_STORE_MAX_VALUE);
    SSL_CTX_set_max_proto_version(tls, version);
    peer = peer_start(pool, tls, redis_answer_all);
    caller = caller_in_tls(pool, peer, "localhost", ca_file(ca));
    caller->conf.password = cog_secret_of("s3cr3t");
    caller_make(caller);
    for (int i = 0; i < 3; ++i) {
        assert_int_equal(call_get(caller, "k"), COG_OK);
        assert_value(caller, "value of k");
        assert_int_equal(call_set(caller, "k", large), COG_OK);
        assert_int_equal(call_remove(caller, "k"), COG_OK);
    }
    assert_string_equal(peer_request(peer, 0), "AUTH s3cr3t");
    assert_int_equal(peer_requests(peer), 10);
    assert_int_equal(peer_connections(peer), 1);
    assert_int_equal(caller->log->count, 0);
}

/* The tickets of TLS 1.3, which come unasked, are no reason to drop a connection. */
static void keeps_its_connections(void **state)
{
    asks_over_one_connection(*state, TLS1_3_VERSION);
    asks_over_one_connection(*state, TLS1_2_VERSION);
}

/* clang-format off */
static const struct {
    const char *rule;
    certificate_t certificate;
    const char *host;
    const char *logged; /* NULL: trusted */
} certificates[] = {
    {"name",               {"DNS:localhost", 10, 0},        "localhost", NULL},
    {"address",            {"IP:127.0.0.1", 10, 0},         "127.0.0.1", NULL},
    {"expired",            {"DNS:localhost", -1, 0},        "localhost", "certificate has expired"},
    {"self-signed",        {"DNS:localhost", 10, 1},        "localhost", "self-signed certificate"},
    {"other host",         {"DNS:cache.test", 10, 0},       "localhost", "hostname mismatch"},
    {"suffix",             {"DNS:evil-localhost", 10, 0},   "localhost", "hostname mismatch"},
    {"wildcard for all",   {"DNS:*", 10, 0},                "localhost", "hostname mismatch"},
    {"part of a wildcard", {"DNS:local*", 10, 0},           "localhost", "hostname mismatch"},
    {"address for a name", {"IP:127.0.0.1", 10, 0},         "localhost", "hostname mismatch"},
    {"name for an address",{"DNS:localhost", 10, 0},        "127.0.0.1", "IP address mismatch"},
    {"address as a name",  {"DNS:127.0.0.1", 10, 0},        "127.0.0.1", "IP address mismatch"},
    {"other address",      {"IP:127.0.0.2", 10, 0},         "127.0.0.1", "IP address mismatch"},
};
/* clang-format on */

static void trusts_no_stranger(void **state)
{
    ca_t *ca = ca_make(*state);

    for (size_t i = 0; i < COUNT(certificates); ++i) {
        SSL_CTX *tls = ca_server(*state, ca, &certificates[i].certificate);
        peer_t *peer = peer_start(*state, tls, redis_answer_all);
        caller_t *caller = caller_in_tls(*state, peer, certificates[i].host, ca_file(ca));
        const char *logged = certificates[i].logged;

        caller->conf.password = cog_secret_of("s3cr3t");
        caller_make(caller);
        assert_result(certificates[i].rule, call_get(caller, "k"),
                      logged ? COG_E_STORE : COG_OK);
        if (logged) {
            assert_logged(caller->log, "COG2200", "its certificate is refused: ");
            assert_logged(caller->log, "COG2200", logged);
            assert_int_equal(peer_requests(peer), 0);
        }
    }
}

static void trusts_no_authority_beside_the_named_one(void **state)
{
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    ca_t *ca = ca_make(*state);
    ca_t *other = ca_make(*state);
    peer_t *peer =
        peer_start(*state, ca_server(*state, ca, &certificate), redis_answer_all);
    caller_t *caller = caller_in_tls(*state, peer, "localhost", ca_file(other));

    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200", "its certificate is refused");
    caller->conf.ca_file = NULL;
    caller_make(caller);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200", "its certificate is refused");
    assert_int_equal(peer_requests(peer), 0);
}

static void wants_to_read_its_authorities(void **state)
{
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    caller_t *caller = caller_for(*state, peer);

    caller->conf.has_tls = 1;
    caller->conf.ca_file = "/nowhere/ca.pem";
    assert_int_equal(cog_redis_make(*state, &caller->conf, &caller->store),
                     COG_E_MISCONFIGURED);
    assert_int_equal(ERR_peek_error(), 0);
}

/* The same server with one version more is good, and OpenSSL would take the older one. */
static void speaks_no_tls_below_1_2(void **state)
{
    static const struct {
        int version;
        cog_err_t result;
    } cases[] = {
        {TLS1_1_VERSION, COG_E_STORE},
        {TLS1_2_VERSION, COG_OK     }
    };
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    ca_t *ca = ca_make(*state);

    for (size_t i = 0; i < COUNT(cases); ++i) {
        SSL_CTX *tls = ca_server_up_to(*state, ca, &certificate, cases[i].version);
        peer_t *peer = peer_start(*state, tls, redis_answer_all);

        assert_int_equal(
            call_get(caller_in_tls(*state, peer, "localhost", ca_file(ca)), "k"),
            cases[i].result);
    }
}

static atomic_int names_seen;

static int see_name(SSL *ssl, int *alert, void *expected)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)alert;
    if (expected ? name && strcmp(name, expected) == 0 : !name) {
        atomic_fetch_add(&names_seen, 1);
    }
    return SSL_TLSEXT_ERR_OK;
}

static void call_server_that_looks_for(apr_pool_t *pool, const char *host, char *expected)
{
    const certificate_t certificate = {"DNS:localhost,IP:127.0.0.1", 10, 0};
    ca_t *ca = ca_make(pool);
    SSL_CTX *tls = ca_server(pool, ca, &certificate);
    peer_t *peer;

    SSL_CTX_set_tlsext_servername_callback(tls, see_name);
    SSL_CTX_set_tlsext_servername_arg(tls, expected);
    peer = peer_start(pool, tls, redis_answer_all);
    assert_int_equal(call_get(caller_in_tls(pool, peer, host, ca_file(ca)), "k"), COG_OK);
}

static void names_the_host_but_no_address(void **state)
{
    char localhost[] = "localhost";

    atomic_store(&names_seen, 0);
    call_server_that_looks_for(*state, "localhost", localhost);
    assert_int_equal(atomic_load(&names_seen), 1);
    call_server_that_looks_for(*state, "127.0.0.1", NULL);
    assert_int_equal(atomic_load(&names_seen), 2);
}

static void greet_in_plain(talk_t *talk)
{
    talk_say(talk, "-ERR Protocol error: unauthenticated multibulk length\r\n");
    talk_wait(talk);
}

static void tells_that_a_server_speaks_no_tls(void **state)
{
    peer_t *peer = peer_start(*state, NULL, greet_in_plain);
    caller_t *caller = caller_in_tls(*state, peer, "localhost", NULL);

    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200", "TLS failed: wrong version number");
    assert_logged(caller->log, "COG2200", "write redis://");
    assert_int_equal(ERR_peek_error(), 0);
}

static void tells_that_a_server_speaks_tls(void **state)
{
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    ca_t *ca = ca_make(*state);
    caller_t *caller =
        caller_for(*state, peer_start(*state, ca_server(*state, ca, &certificate),
                                      redis_answer_all));

    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_int_equal(caller->log->level, COG_LOG_WARNING);
}

static void break_off_within_an_answer(talk_t *talk)
{
    heard_t heard;

    if (talk->number > 1) {
        redis_answer_all(talk);
        return;
    }
    talk_hear(talk, &heard);
    talk_say(talk, "$10\r\nabc");
    shutdown(talk->fd, SHUT_RDWR); /* no goodbye in TLS: somebody cuts the wire */
}

static void takes_no_cut_wire_for_an_end(void **state)
{
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    ca_t *ca = ca_make(*state);
    peer_t *peer = peer_start(*state, ca_server(*state, ca, &certificate),
                              break_off_within_an_answer);
    caller_t *caller = caller_in_tls(*state, peer, "localhost", ca_file(ca));

    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200", "it ended the connection");
    assert_int_equal(call_get(caller, "k"), COG_OK);
}

static cog_connection_t open_in_tls(apr_pool_t *pool, const peer_t *peer, const ca_t *ca)
{
    const cog_tls_conf_t conf = {.host = "localhost", .ca_file = ca_file(ca)};
    cog_endpoint_t endpoint = {0};
    cog_connection_t connection;
    cog_fault_t fault;

    cog_resolver_make(pool, "localhost", peer_port(peer), getaddrinfo,
                      &endpoint.resolver);
    assert_int_equal(cog_tls_make(pool, &conf, &endpoint.tls), COG_OK);
    assert_int_equal(
        cog_connection_open(&endpoint, cog_monotonic_now() + LATE, &connection, &fault),
        COG_OK);
    return connection;
}

static void answer_once(talk_t *talk)
{
    heard_t heard;

    if (talk_hear(talk, &heard)) {
        redis_answer(talk, &heard);
    }
}

static void gets_over_a_connection_that_was_closed(void **state)
{
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    ca_t *ca = ca_make(*state);
    peer_t *peer = peer_start(*state, ca_server(*state, ca, &certificate), answer_once);
    caller_t *caller = caller_in_tls(*state, peer, "localhost", ca_file(ca));

    for (int i = 0; i < 3; ++i) {
        assert_int_equal(call_get(caller, "k"), COG_OK);
    }
    assert_int_equal(caller->log->count, 0);
}

/* The first connection takes a second command and ends without an answer to it. */
static void end_at_the_second_command(talk_t *talk)
{
    heard_t heard;

    if (talk->number > 1) {
        redis_answer_all(talk);
    }
    else if (talk_hear(talk, &heard) && redis_answer(talk, &heard)) {
        talk_hear(talk, &heard);
    }
}

static void asks_once_more_when_a_kept_connection_ends(void **state)
{
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    ca_t *ca = ca_make(*state);
    peer_t *peer = peer_start(*state, ca_server(*state, ca, &certificate),
                              end_at_the_second_command);
    caller_t *caller = caller_in_tls(*state, peer, "localhost", ca_file(ca));

    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(peer_requests(peer), 3);
    assert_int_equal(peer_connections(peer), 2);
    assert_int_equal(caller->log->count, 0);
}

#define MUCH (16 * 1024 * 1024)

static void read_late(talk_t *talk)
{
    char bytes[16384];
    size_t len = 0;
    ssize_t got = 1;

    apr_sleep(50 * MILLI);
    while (len < MUCH && got > 0) {
        got = talk_receive(talk, bytes, sizeof(bytes));
        len += got > 0 ? (size_t)got : 0;
    }
    apr_sleep(50 * MILLI);
    talk_say(talk, len == MUCH ? "+" : "-");
    talk_wait(talk);
}

/* Of other libraries, which this thread has used as well. */
static void leave_an_error(void)
{
    ERR_raise(ERR_LIB_SSL, SSL_R_WRONG_VERSION_NUMBER);
}

static void waits_for_who_reads_late(void **state)
{
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    ca_t *ca = ca_make(*state);
    peer_t *peer = peer_start(*state, ca_server(*state, ca, &certificate), read_late);
    cog_connection_t connection;
    cog_fault_t fault;
    char answer;
    size_t len;

    leave_an_error();
    connection = open_in_tls(*state, peer, ca);
    leave_an_error();
    assert_int_equal(
        cog_connection_write(&connection, apr_pcalloc(*state, MUCH), MUCH, &fault),
        COG_OK);
    leave_an_error();
    assert_int_equal(cog_connection_read(&connection, &answer, 1, &len, &fault), COG_OK);
    assert_int_equal(answer, '+');
    leave_an_error();
    assert_true(cog_connection_is_quiet(&connection));
    cog_connection_close(&connection);
}

static atomic_int may_go_on;
static atomic_int has_gone_on;

static void wait_until(atomic_int *flag)
{
    for (int i = 0; i < 10000 && !atomic_load(flag); ++i) {
        apr_sleep(MILLI);
    }
}

static void say_something_between_two_answers(talk_t *talk)
{
    heard_t heard;

    if (talk->number == 1 && talk_hear(talk, &heard)) {
        redis_answer(talk, &heard);
        wait_until(&may_go_on);
        talk_say(talk, "$5\r\nwrong\r\n");
        atomic_store(&has_gone_on, 1);
    }
    redis_answer_all(talk);
}

static void takes_no_answer_that_was_there_before(void **state)
{
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    ca_t *ca = ca_make(*state);
    peer_t *peer;
    caller_t *caller;

    atomic_store(&may_go_on, 0);
    atomic_store(&has_gone_on, 0);
    peer = peer_start(*state, ca_server(*state, ca, &certificate),
                      say_something_between_two_answers);
    caller = caller_in_tls(*state, peer, "localhost", ca_file(ca));
    assert_int_equal(call_get(caller, "a"), COG_OK);
    atomic_store(&may_go_on, 1);
    wait_until(&has_gone_on);
    assert_int_equal(call_get(caller, "b"), COG_OK);
    assert_value(caller, "value of b");
    assert_int_equal(peer_connections(peer), 2);
}

static atomic_int has_reset;

static void reset(talk_t *talk)
{
    heard_t heard;

    talk_hear(talk, &heard);
    talk_reset(talk);
    close(talk->fd);
    talk->fd = open("/dev/null", O_RDONLY); /* the peer closes it */
    atomic_store(&has_reset, 1);
}

/* redis_setup() has SIGPIPE end the test. */
static void writes_to_a_dead_connection_without_a_signal(void **state)
{
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    ca_t *ca = ca_make(*state);
    cog_connection_t connection;
    cog_fault_t fault;
    cog_err_t err = COG_OK;
    peer_t *peer;

    atomic_store(&has_reset, 0);
    peer = peer_start(*state, ca_server(*state, ca, &certificate), reset);
    connection = open_in_tls(*state, peer, ca);
    assert_int_equal(cog_connection_write(&connection, "*1\r\n$1\r\nx\r\n", 11, &fault),
                     COG_OK);
    wait_until(&has_reset);
    for (int i = 0; i < 3; ++i) {
        err = cog_connection_write(&connection, "x", 1, &fault);
    }
    assert_int_equal(err, COG_E_STORE);
    cog_connection_close(&connection);
    assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(keeps_its_connections),
        cmocka_unit_test_for_redis(trusts_no_stranger),
        cmocka_unit_test_for_redis(trusts_no_authority_beside_the_named_one),
        cmocka_unit_test_for_redis(wants_to_read_its_authorities),
        cmocka_unit_test_for_redis(speaks_no_tls_below_1_2),
        cmocka_unit_test_for_redis(names_the_host_but_no_address),
        cmocka_unit_test_for_redis(tells_that_a_server_speaks_no_tls),
        cmocka_unit_test_for_redis(tells_that_a_server_speaks_tls),
        cmocka_unit_test_for_redis(takes_no_cut_wire_for_an_end),
        cmocka_unit_test_for_redis(gets_over_a_connection_that_was_closed),
        cmocka_unit_test_for_redis(asks_once_more_when_a_kept_connection_ends),
        cmocka_unit_test_for_redis(waits_for_who_reads_late),
        cmocka_unit_test_for_redis(takes_no_answer_that_was_there_before),
        cmocka_unit_test_for_redis(writes_to_a_dead_connection_without_a_signal),
    };

    return cmocka_run_group_tests_name("net/server/tls", tests, NULL, NULL);
}
