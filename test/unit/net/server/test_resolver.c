#include "test/unit/unit.h"

#include <apr_time.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>

#include "net/server/monotonic.h"
#include "net/server/resolver.h"
#include "test/unit/children.h"
#include "test/unit/threads.h"

#define MILLI ((apr_interval_time_t)1000)
#define LATE  apr_time_from_sec(10)

static atomic_int look_ups;
static atomic_int may_end;

/* Only a numeric address is found at once. */
static int is_numeric(const struct addrinfo *hints)
{
    return (hints->ai_flags & AI_NUMERICHOST) != 0;
}

static int find_loopback(const char *host, const char *service,
                         const struct addrinfo *hints, struct addrinfo **found)
{
    if (is_numeric(hints)) {
        return getaddrinfo(host, service, hints, found);
    }
    atomic_fetch_add(&look_ups, 1);
    return getaddrinfo("127.0.0.1", service, hints, found);
}

static int find_when_allowed(const char *host, const char *service,
                             const struct addrinfo *hints, struct addrinfo **found)
{
    if (!is_numeric(hints)) {
        for (int i = 0; i < 10000 && !atomic_load(&may_end); ++i) {
            apr_sleep(MILLI);
        }
    }
    return find_loopback(host, service, hints, found);
}

static int find_nobody(const char *host, const char *service,
                       const struct addrinfo *hints, struct addrinfo **found)
{
    (void)host;
    (void)service;
    (void)hints;
    (void)found;
    return EAI_NONAME;
}

static int find_a_dozen(const char *host, const char *service,
                        const struct addrinfo *hints, struct addrinfo **found)
{
    struct addrinfo *list = NULL;

    if (is_numeric(hints)) {
        return EAI_NONAME;
    }
    (void)host;
    for (int i = 0; i < 12; ++i) {
        struct addrinfo *one;

        assert_int_equal(getaddrinfo("127.0.0.1", service, hints, &one), 0);
        one->ai_next = list;
        list = one;
    }
    *found = list;
    return 0;
}

static cog_resolver_t *make(apr_pool_t *pool, const char *host, cog_look_up_t look_up)
{
    cog_resolver_t *resolver;

    atomic_store(&look_ups, 0);
    atomic_store(&may_end, 0);
    assert_int_equal(cog_resolver_make(pool, host, 6379, look_up, &resolver), COG_OK);
    return resolver;
}

static cog_err_t resolve_within(cog_resolver_t *resolver, apr_interval_time_t limit,
                                cog_addresses_t *addresses, cog_fault_t *fault)
{
    return cog_resolve(resolver, cog_monotonic_now() + limit, addresses, fault);
}

static void takes_an_address_without_asking(void **state)
{
    cog_addresses_t addresses;
    cog_fault_t fault;
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&addresses.all[0].bytes;
    const struct sockaddr_in6 *ipv6 =
        (const struct sockaddr_in6 *)&addresses.all[0].bytes;

    assert_int_equal(
        resolve_within(make(*state, "127.0.0.2", find_loopback), 0, &addresses, &fault),
        COG_OK);
    assert_int_equal(addresses.count, 1);
    assert_int_equal(ipv4->sin_family, AF_INET);
    assert_int_equal(ntohl(ipv4->sin_addr.s_addr), 0x7f000002);
    assert_int_equal(ntohs(ipv4->sin_port), 6379);
    assert_int_equal(
        resolve_within(make(*state, "::1", find_loopback), 0, &addresses, &fault),
        COG_OK);
    assert_int_equal(addresses.count, 1);
    assert_int_equal(ipv6->sin6_family, AF_INET6);
    assert_int_equal(addresses.all[0].len, sizeof(*ipv6));
    assert_int_equal(atomic_load(&look_ups), 0);
}

static void asks_for_a_name_each_time(void **state)
{
    cog_resolver_t *resolver = make(*state, "cache.test", find_loopback);
    cog_addresses_t addresses;
    cog_fault_t fault;

    for (int i = 1; i <= 3; ++i) {
        assert_int_equal(resolve_within(resolver, LATE, &addresses, &fault), COG_OK);
        assert_int_equal(addresses.count, 1);
        assert_int_equal(atomic_load(&look_ups), i);
    }
}

static void says_that_nobody_knows_the_name(void **state)
{
    cog_addresses_t addresses;
    cog_fault_t fault;

    assert_int_equal(
        resolve_within(make(*state, "cache.test", find_nobody), LATE, &addresses, &fault),
        COG_E_STORE);
    assert_string_equal(fault.cause,
                        "the name was not resolved: Name or service not known");
}

static void takes_eight_addresses_at_most(void **state)
{
    cog_addresses_t addresses;
    cog_fault_t fault;

    assert_int_equal(resolve_within(make(*state, "cache.test", find_a_dozen), LATE,
                                    &addresses, &fault),
                     COG_OK);
    assert_int_equal(addresses.count, COG_MAX_ADDRESSES);
}

static void gives_up_in_time_and_can_be_asked_again(void **state)
{
    cog_resolver_t *resolver = make(*state, "cache.test", find_when_allowed);
    cog_addresses_t addresses;
    cog_fault_t fault;
    apr_time_t begin = cog_monotonic_now();

    for (int i = 0; i < 3; ++i) {
        assert_int_equal(resolve_within(resolver, 50 * MILLI, &addresses, &fault),
                         COG_E_STORE);
        assert_string_equal(fault.cause, "the name was not resolved in time");
    }
    assert_in_range(cog_monotonic_now() - begin, 150 * MILLI, LATE);
    atomic_store(&may_end, 1);
    assert_int_equal(resolve_within(resolver, LATE, &addresses, &fault), COG_OK);
    /* all of them have waited for the same one */
    assert_int_equal(atomic_load(&look_ups), 1);
    assert_int_equal(resolve_within(resolver, LATE, &addresses, &fault), COG_OK);
    assert_int_equal(atomic_load(&look_ups), 2);
}

/* How many addresses come. */
static int wait_for_it(apr_pool_t *pool, void *resolver)
{
    cog_addresses_t addresses;
    cog_fault_t fault;

    (void)pool;
    return resolve_within(resolver, LATE, &addresses, &fault) == COG_OK
               ? (int)addresses.count
               : -1;
}

static void serves_all_who_wait(void **state)
{
    cog_resolver_t *resolver = make(*state, "cache.test", find_when_allowed);
    thread_t *threads[8];

    for (size_t i = 0; i < COUNT(threads); ++i) {
        threads[i] = thread_start(wait_for_it, resolver);
    }
    atomic_store(&may_end, 1);
    for (size_t i = 0; i < COUNT(threads); ++i) {
        assert_int_equal(thread_join(threads[i]), 1);
    }
}

static void ends_no_sooner_than_its_thread(void **state)
{
    cog_addresses_t addresses;
    cog_fault_t fault;
    apr_pool_t *pool;

    apr_pool_create(&pool, *state);
    assert_int_equal(resolve_within(make(pool, "cache.test", find_when_allowed), MILLI,
                                    &addresses, &fault),
                     COG_E_STORE);
    assert_int_equal(atomic_load(&look_ups), 0);
    atomic_store(&may_end, 1);
    apr_pool_destroy(pool);
    assert_int_equal(atomic_load(&look_ups), 1);
}

/* Else the thread sanitizer ends a child that makes threads. */
__attribute__((visibility("default"))) const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}

static int resolve_as_a_child(void *resolver)
{
    cog_addresses_t addresses;
    cog_fault_t fault;

    atomic_store(&may_end, 1);
    return (int)resolve_within(resolver, LATE, &addresses, &fault);
}

/* The thread of the parent is still at work. */
static void works_in_a_child(void **state)
{
    cog_resolver_t *resolver = make(*state, "cache.test", find_when_allowed);
    cog_addresses_t addresses;
    cog_fault_t fault;

    assert_int_equal(resolve_within(resolver, MILLI, &addresses, &fault), COG_E_STORE);
    assert_int_equal(child_result(resolve_as_a_child, resolver), COG_OK);
    atomic_store(&may_end, 1);
    assert_int_equal(resolve_within(resolver, LATE, &addresses, &fault), COG_OK);
}

static int end_as_a_child(void *pool)
{
    apr_pool_destroy(pool);
    return 0;
}

static int is_busy_as_a_child(void *resolver)
{
    return cog_resolver_is_busy(resolver);
}

static void is_busy_while_its_thread_works(void **state)
{
    cog_addresses_t addresses;
    cog_fault_t fault;
    cog_resolver_t *resolver;
    apr_pool_t *pool;

    apr_pool_create(&pool, *state);
    resolver = make(pool, "cache.test", find_when_allowed);
    assert_false(cog_resolver_is_busy(resolver));
    assert_int_equal(resolve_within(resolver, MILLI, &addresses, &fault), COG_E_STORE);
    assert_true(cog_resolver_is_busy(resolver));
    /* the thread is the parent's, and none of a child */
    assert_int_equal(child_result(is_busy_as_a_child, resolver), 0);
    assert_int_equal(child_result(end_as_a_child, pool), 0);
    atomic_store(&may_end, 1);
    assert_int_equal(resolve_within(resolver, LATE, &addresses, &fault), COG_OK);
    assert_false(cog_resolver_is_busy(resolver));
    apr_pool_destroy(pool);
}

static atomic_int may_be_interrupted;

static int find_uninterrupted(const char *host, const char *service,
                              const struct addrinfo *hints, struct addrinfo **found)
{
    sigset_t blocked;

    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    atomic_store(&may_be_interrupted,
                 !sigismember(&blocked, SIGTERM) || !sigismember(&blocked, SIGCHLD));
    return find_loopback(host, service, hints, found);
}

/* What is sent to httpd is for httpd's threads. */
static void has_a_thread_that_gets_no_signal(void **state)
{
    cog_addresses_t addresses;
    cog_fault_t fault;
    sigset_t blocked;

    assert_int_equal(resolve_within(make(*state, "cache.test", find_uninterrupted), LATE,
                                    &addresses, &fault),
                     COG_OK);
    assert_false(atomic_load(&may_be_interrupted));
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    assert_false(sigismember(&blocked, SIGTERM));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(takes_an_address_without_asking),
        cmocka_unit_test_with_pool(asks_for_a_name_each_time),
        cmocka_unit_test_with_pool(says_that_nobody_knows_the_name),
        cmocka_unit_test_with_pool(takes_eight_addresses_at_most),
        cmocka_unit_test_with_pool(gives_up_in_time_and_can_be_asked_again),
        cmocka_unit_test_with_pool(serves_all_who_wait),
        cmocka_unit_test_with_pool(ends_no_sooner_than_its_thread),
        cmocka_unit_test_with_pool(works_in_a_child),
        cmocka_unit_test_with_pool(is_busy_while_its_thread_works),
        cmocka_unit_test_with_pool(has_a_thread_that_gets_no_signal),
    };

    return cmocka_run_group_tests_name("net/resolver", tests, NULL, NULL);
}
