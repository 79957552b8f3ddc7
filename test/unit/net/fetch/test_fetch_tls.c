#include "test/unit/net/fetch/fetch_caller.h"

#include <apr_strings.h>

#include "test/unit/children.h"
#include "test/unit/net/server/certificates.h"

static void trusts_the_named_authority(void **state)
{
    ca_t *ca = ca_make(*state);
    certificate_t certificate = {"DNS:pool.localhost,IP:127.0.0.1", 10, 0};
    caller_t *caller = make_caller_with(*state, NULL, ca_file(ca));
    peer_t *peer = peer_start(*state, ca_server(*state, ca, &certificate), answer_all);

    assert_int_equal(fetch_get(caller, peer_url(*state, peer, "pool.localhost", "/")),
                     COG_OK);
    assert_int_equal(fetch_get(caller, peer_url(*state, peer, "127.0.0.1", "/")), COG_OK);
    assert_body(caller, "{}");
}

/* clang-format off */
static const struct {
    const char *rule;
    certificate_t certificate;
    const char *logged;
} strangers[] = {
    {"expired",      {"DNS:localhost", -1, 0},       "certificate has expired"},
    {"self-signed",  {"DNS:localhost", 10, 1},       "self-signed certificate"},
    {"other host",   {"DNS:idp.test", 10, 0},        "localhost"},
    {"suffix",       {"DNS:evil-localhost", 10, 0},  "localhost"},
    {"other address",{"IP:127.0.0.2", 10, 0},        "localhost"},
};
/* clang-format on */

static void trusts_no_stranger(void **state)
{
    ca_t *ca = ca_make(*state);

    for (size_t i = 0; i < COUNT(strangers); ++i) {
        caller_t *caller = make_caller_with(*state, NULL, ca_file(ca));
        SSL_CTX *tls = ca_server(*state, ca, &strangers[i].certificate);
        peer_t *peer = peer_start(*state, tls, answer_all);

        assert_result(strangers[i].rule,
                      fetch_post(caller, peer_url(*state, peer, "localhost", "/"), "a=b"),
                      COG_E_IDP_UNREACHABLE);
        assert_logged(caller->log, "COG2102", strangers[i].logged);
        assert_int_equal(peer_requests(peer), 0);
    }
}

static void trusts_no_authority_beside_the_named_one(void **state)
{
    ca_t *ca = ca_make(*state);
    ca_t *other = ca_make(*state);
    certificate_t certificate = {"DNS:localhost", 10, 0};
    peer_t *peer = peer_start(*state, ca_server(*state, ca, &certificate), answer_all);
    const char *url = peer_url(*state, peer, "localhost", "/");

    assert_int_equal(fetch_get(make_caller_with(*state, NULL, ca_file(other)), url),
                     COG_E_IDP_UNREACHABLE);
    assert_int_equal(fetch_get(make_caller_with(*state, NULL, NULL), url),
                     COG_E_IDP_UNREACHABLE);
    assert_int_equal(fetch_get(make_caller_with(*state, NULL, "/nowhere/ca.pem"), url),
                     COG_E_IDP_UNREACHABLE);
    assert_int_equal(peer_requests(peer), 0);
}

/* The same server with one version more is good, and OpenSSL would take the older one
 * (certificates_allow_old_tls): it is we who refuse. */
static void speaks_no_tls_below_1_2(void **state)
{
    static const struct {
        int version;
        cog_err_t result;
    } cases[] = {
        {TLS1_1_VERSION, COG_E_IDP_UNREACHABLE},
        {TLS1_2_VERSION, COG_OK               }
    };
    ca_t *ca = ca_make(*state);
    certificate_t certificate = {"DNS:localhost", 10, 0};

    for (size_t i = 0; i < COUNT(cases); ++i) {
        caller_t *caller = make_caller_with(*state, NULL, ca_file(ca));
        SSL_CTX *tls = ca_server_up_to(*state, ca, &certificate, cases[i].version);
        peer_t *peer = peer_start(*state, tls, answer_all);

        assert_int_equal(fetch_get(caller, peer_url(*state, peer, "localhost", "/")),
                         cases[i].result);
    }
}

static int end_as_a_child(void *pool)
{
    apr_pool_destroy(pool);
    return 0;
}

/* To close it in TLS is to say so to the other side. */
static void lets_its_parent_keep_its_connection(void **state)
{
    ca_t *ca = ca_make(*state);
    certificate_t certificate = {"DNS:localhost", 10, 0};
    peer_t *peer = peer_start(*state, ca_server(*state, ca, &certificate), answer_all);
    const char *url = peer_url(*state, peer, "localhost", "/");
    apr_pool_t *pool;
    caller_t *caller;

    apr_pool_create(&pool, *state);
    caller = make_caller_with(pool, NULL, ca_file(ca));
    assert_int_equal(fetch_get(caller, url), COG_OK);
    assert_int_equal(child_result(end_as_a_child, pool), 0);
    assert_int_equal(fetch_get(caller, url), COG_OK);
    assert_int_equal(peer_connections(peer), 1);
}

static void waits_no_longer_for_a_handshake(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, hang);
    const char *url = apr_psprintf(*state, "https://127.0.0.1:%d/", peer_port(peer));

    assert_int_equal(fetch_get_within(caller, url, SHORT), COG_E_IDP_UNREACHABLE);
    assert_true(caller->took < LATE);
}

static int setup_with_old_tls(void **state)
{
    void *pool;

    if (pool_setup(&pool) != 0) {
        return -1;
    }
    certificates_allow_old_tls(pool);
    pool_teardown(&pool);
    return fetch_setup(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(trusts_the_named_authority),
        cmocka_unit_test_with_pool(trusts_no_stranger),
        cmocka_unit_test_with_pool(trusts_no_authority_beside_the_named_one),
        cmocka_unit_test_with_pool(speaks_no_tls_below_1_2),
        cmocka_unit_test_with_pool(lets_its_parent_keep_its_connection),
        cmocka_unit_test_with_pool(waits_no_longer_for_a_handshake),
    };

    return cmocka_run_group_tests_name("net/fetch/fetch_curl, TLS", tests,
                                       setup_with_old_tls, fetch_teardown);
}
