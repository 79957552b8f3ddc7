#include "test/unit/net/redis/redis_caller.h"

#include <apr_time.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/server/connection.h"
#include "net/server/monotonic.h"
#include "test/unit/net/server/certificates.h"

/* ---- several addresses ---- */

static const char *const *addresses; /* of find_addresses(), ends in NULL */

static int find_addresses(const char *host, const char *service,
                          const struct addrinfo *hints, struct addrinfo **found)
{
    struct addrinfo **end = found;

    (void)host;
    if (hints->ai_flags & AI_NUMERICHOST) {
        return EAI_NONAME;
    }
    for (const char *const *address = addresses; *address; ++address) {
        if (getaddrinfo(*address, service, hints, end) != 0) {
            return EAI_FAIL;
        }
        end = &(*end)->ai_next;
    }
    return 0;
}

static cog_endpoint_t endpoint_at(apr_pool_t *pool, const char *const *found, int port)
{
    cog_endpoint_t endpoint = {0};

    addresses = found;
    assert_int_equal(
        cog_resolver_make(pool, "cache.test", port, find_addresses, &endpoint.resolver),
        COG_OK);
    return endpoint;
}

static cog_err_t open_within(const cog_endpoint_t *endpoint, apr_interval_time_t limit,
                             cog_connection_t *connection, cog_fault_t *fault)
{
    return cog_connection_open(endpoint, cog_monotonic_now() + limit, connection, fault);
}

static void goes_on_to_the_next_address(void **state)
{
    static const char *const found[] = {"::1",       "127.0.0.2", "127.0.0.3",
                                        "127.0.0.1", "127.0.0.1", NULL};
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    cog_endpoint_t endpoint = endpoint_at(*state, found, peer_port(peer));
    apr_time_t deadline = cog_monotonic_now() + LATE;
    cog_connection_t connection;
    socklen_t len = sizeof(int);
    cog_fault_t fault;
    int sends_at_once = 0;

    assert_int_equal(cog_connection_open(&endpoint, deadline, &connection, &fault),
                     COG_OK);
    assert_true(cog_connection_is_quiet(&connection));
    assert_true(connection.deadline == deadline);
    getsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &sends_at_once, &len);
    assert_true(sends_at_once);
    cog_connection_close(&connection);
}

/* Whichever address answers, the certificate is for the name. */
static void goes_on_to_the_next_address_over_tls(void **state)
{
    static const char *const found[] = {"::1", "127.0.0.2", "127.0.0.1", NULL};
    const certificate_t certificate = {"DNS:cache.test", 10, 0};
    ca_t *ca = ca_make(*state);
    const cog_tls_conf_t conf = {.host = "cache.test", .ca_file = ca_file(ca)};
    peer_t *peer =
        peer_start(*state, ca_server(*state, ca, &certificate), redis_answer_all);
    cog_endpoint_t endpoint = endpoint_at(*state, found, peer_port(peer));
    cog_connection_t connection;
    cog_fault_t fault;

    assert_int_equal(cog_tls_make(*state, &conf, &endpoint.tls), COG_OK);
    assert_int_equal(open_within(&endpoint, LATE, &connection, &fault), COG_OK);
    assert_true(SSL_is_init_finished(connection.ssl));
    cog_connection_close(&connection);
}

/* A port whose queue of connections is full: the next one gets no answer. */
static void listen_with_a_full_queue(uint32_t host, int port, int sockets[4])
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};

    address.sin_addr.s_addr = htonl(host);
    sockets[0] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(sockets[0], (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(sockets[0], 0), 0);
    for (int i = 1; i < 4; ++i) {
        sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(sockets[i], (struct sockaddr *)&address, sizeof(address));
    }
}

static void close_all(const int sockets[4])
{
    for (int i = 0; i < 4; ++i) {
        close(sockets[i]);
    }
}

static void does_not_spend_its_time_at_a_silent_address(void **state)
{
    static const char *const found[] = {"127.0.0.2", "127.0.0.1", NULL};
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    cog_endpoint_t endpoint = endpoint_at(*state, found, peer_port(peer));
    cog_connection_t connection;
    cog_fault_t fault;
    int sockets[4];

    listen_with_a_full_queue(0x7f000002, peer_port(peer), sockets);
    assert_int_equal(open_within(&endpoint, apr_time_from_sec(2), &connection, &fault),
                     COG_OK);
    cog_connection_close(&connection);
    close_all(sockets);
}

static void gives_up_in_time_at_silent_addresses(void **state)
{
    static const char *const found[] = {"127.0.0.2", "127.0.0.2", "127.0.0.2", NULL};
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    cog_endpoint_t endpoint = endpoint_at(*state, found, peer_port(peer));
    apr_time_t begin = cog_monotonic_now();
    cog_connection_t connection;
    cog_fault_t fault;
    int sockets[4];

    listen_with_a_full_queue(0x7f000002, peer_port(peer), sockets);
    assert_int_equal(open_within(&endpoint, 150 * MILLI, &connection, &fault),
                     COG_E_STORE);
    assert_string_equal(fault.cause, "no connection came about in time");
    assert_in_range(cog_monotonic_now() - begin, 150 * MILLI, LATE);
    assert_int_equal(connection.fd, -1);
    close_all(sockets);
}

static void reaches_ipv6(void **state)
{
    static const char *const found[] = {"::1", NULL};
    struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t len = sizeof(address);
    int server = socket(AF_INET6, SOCK_STREAM, 0);
    cog_endpoint_t endpoint;
    cog_connection_t connection;
    cog_fault_t fault;

    assert_int_equal(bind(server, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(server, 1), 0);
    getsockname(server, (struct sockaddr *)&address, &len);
    endpoint = endpoint_at(*state, found, ntohs(address.sin6_port));
    assert_int_equal(open_within(&endpoint, LATE, &connection, &fault), COG_OK);
    cog_connection_close(&connection);
    close(server);
}

static void tells_that_there_are_too_many_files(void **state)
{
    static const char *const found[] = {"127.0.0.1", NULL};
    cog_endpoint_t endpoint = endpoint_at(*state, found, 1);
    struct rlimit before;
    struct rlimit none;
    cog_connection_t connection;
    cog_fault_t fault;
    cog_err_t err;

    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    err = open_within(&endpoint, LATE, &connection, &fault);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(err, COG_E_STORE);
    assert_string_equal(fault.cause, "Too many open files");
    assert_non_null(strstr(fault.remedy, "limit of open files"));
}

/* ---- writing ---- */

static const char *const loopback[] = {"127.0.0.1", NULL};

static atomic_int is_connected;
static atomic_int has_reset;

static void wait_until(atomic_int *flag)
{
    for (int i = 0; i < 10000 && !atomic_load(flag); ++i) {
        apr_sleep(MILLI);
    }
}

static void reset(talk_t *talk)
{
    wait_until(&is_connected);
    talk_reset(talk);
    close(talk->fd);
    talk->fd = open("/dev/null", O_RDONLY); /* the peer closes it */
    atomic_store(&has_reset, 1);
}

/* redis_setup() has SIGPIPE end the test. */
static void writes_to_a_dead_connection_without_a_signal(void **state)
{
    cog_endpoint_t endpoint;
    cog_connection_t connection;
    cog_fault_t fault;
    cog_err_t err = COG_OK;

    atomic_store(&is_connected, 0);
    atomic_store(&has_reset, 0);
    endpoint = endpoint_at(*state, loopback, peer_port(peer_start(*state, NULL, reset)));
    assert_int_equal(open_within(&endpoint, LATE, &connection, &fault), COG_OK);
    atomic_store(&is_connected, 1);
    wait_until(&has_reset);
    assert_false(cog_connection_is_quiet(&connection));
    for (int i = 0; i < 3; ++i) {
        err = cog_connection_write(&connection, "x", 1, &fault);
    }
    assert_int_equal(err, COG_E_STORE);
    assert_string_equal(fault.cause, "Broken pipe");
    assert_true(fault.is_gone);
    assert_false(cog_connection_is_quiet(&connection));
    cog_connection_close(&connection);
}

static atomic_int may_end;

static void read_nothing(talk_t *talk)
{
    (void)talk;
    wait_until(&may_end);
}

static void gives_up_in_time_when_nobody_reads(void **state)
{
    char *bytes = apr_pcalloc(*state, 64 * 1024 * 1024);
    cog_endpoint_t endpoint;
    cog_connection_t connection;
    cog_fault_t fault;
    apr_time_t begin = cog_monotonic_now();

    atomic_store(&may_end, 0);
    endpoint =
        endpoint_at(*state, loopback, peer_port(peer_start(*state, NULL, read_nothing)));
    assert_int_equal(open_within(&endpoint, 500 * MILLI, &connection, &fault), COG_OK);
    assert_int_equal(cog_connection_write(&connection, bytes, 64 * 1024 * 1024, &fault),
                     COG_E_STORE);
    assert_string_equal(fault.cause, "it did not answer in time");
    assert_false(fault.is_gone);
    assert_in_range(cog_monotonic_now() - begin, 500 * MILLI, LATE);
    cog_connection_close(&connection);
    atomic_store(&may_end, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(goes_on_to_the_next_address),
        cmocka_unit_test_for_redis(goes_on_to_the_next_address_over_tls),
        cmocka_unit_test_for_redis(does_not_spend_its_time_at_a_silent_address),
        cmocka_unit_test_for_redis(gives_up_in_time_at_silent_addresses),
        cmocka_unit_test_for_redis(reaches_ipv6),
        cmocka_unit_test_for_redis(tells_that_there_are_too_many_files),
        cmocka_unit_test_for_redis(writes_to_a_dead_connection_without_a_signal),
        cmocka_unit_test_for_redis(gives_up_in_time_when_nobody_reads),
    };

    return cmocka_run_group_tests_name("net/connection", tests, NULL, NULL);
}
