/* What a client of TLS is, before it has heard of a server, and why one has failed. */
#include "test/unit/net/redis/redis_caller.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "net/server/tls.h"
#include "test/unit/net/server/certificates.h"

static cog_tls_t *make_tls(apr_pool_t *pool, const char *host)
{
    const cog_tls_conf_t conf = {.host = host};
    cog_tls_t *tls;

    assert_int_equal(cog_tls_make(pool, &conf, &tls), COG_OK);
    return tls;
}

/* OpenSSL's own defaults are as lax as they can be: see main(). */
static void leaves_nothing_that_protects_to_a_default(void **state)
{
    SSL *ssl = cog_tls_client(make_tls(*state, "cache.test"), -1);

    assert_int_equal(SSL_get_verify_mode(ssl), SSL_VERIFY_PEER);
    assert_int_equal(SSL_get_min_proto_version(ssl), TLS1_2_VERSION);
    assert_int_equal(SSL_get_security_level(ssl), 2);
    assert_true(SSL_get_options(ssl) & SSL_OP_NO_RENEGOTIATION);
    assert_true(SSL_get_options(ssl) & SSL_OP_NO_COMPRESSION);
    assert_true(X509_VERIFY_PARAM_get_hostflags(SSL_get0_param(ssl)) &
                X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_free(ssl);
}

static void trusts_no_weak_key(void **state)
{
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    ca_t *ca = ca_make(*state);
    peer_t *peer =
        peer_start(*state, ca_weak_server(*state, ca, &certificate), redis_answer_all);
    caller_t *caller = caller_in_tls(*state, peer, "localhost", ca_file(ca));

    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200", "EE certificate key too weak");
    assert_int_equal(peer_requests(peer), 0);
}

/* ---- for whom the certificate must be ---- */

static void assert_expects(const cog_tls_t *tls, const char *name, const char *address)
{
    SSL *ssl = cog_tls_client(tls, -1);
    X509_VERIFY_PARAM *expected = SSL_get0_param(ssl);
    const char *host = X509_VERIFY_PARAM_get0_host(expected, 0);
    const char *sent = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    char *ip = X509_VERIFY_PARAM_get1_ip_asc(expected);

    assert_string_equal(host ? host : "", name);
    assert_string_equal(sent ? sent : "", name);
    assert_string_equal(ip ? ip : "", address);
    OPENSSL_free(ip);
    SSL_free(ssl);
}

static void expects_the_host_it_is_for(void **state)
{
    assert_expects(make_tls(*state, "cache.test"), "cache.test", "");
    assert_expects(make_tls(*state, "10.0.0.1"), "", "10.0.0.1");
    assert_expects(make_tls(*state, "2001:db8::1"), "", "2001:DB8:0:0:0:0:0:1");
}

/* An address of a node is for the configured name, where there is one. */
static void expects_another_host_of_another_node(void **state)
{
    const cog_tls_t *named = make_tls(*state, "cache.test");
    const cog_tls_t *numbered = make_tls(*state, "10.0.0.1");

    assert_expects(cog_tls_share(*state, named, "node.test"), "node.test", "");
    assert_expects(cog_tls_share(*state, named, "10.0.0.2"), "cache.test", "");
    assert_expects(cog_tls_share(*state, named, "2001:db8::2"), "cache.test", "");
    assert_expects(cog_tls_share(*state, numbered, "node.test"), "node.test", "");
    assert_expects(cog_tls_share(*state, numbered, "10.0.0.2"), "", "10.0.0.2");
}

/* ---- what is said of a failure ---- */

static void names_the_remedy(void **state)
{
    static const struct {
        int reason; /* 0: none */
        const char *cause;
        const char *remedy;
    } cases[] = {
        {SSL_R_WRONG_VERSION_NUMBER,              "wrong version number", "write redis://"                   },
        {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "certificate required", "cert=SOURCE"                      },
        {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,     "handshake failure",    "TLS 1.2 or newer"                 },
        {SSL_R_TLSV1_ALERT_UNKNOWN_CA,            "unknown ca",           "certificate of cert="             },
        {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,       "bad certificate",      "certificate of cert="             },
        {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,   "expired",              "certificate of cert="             },
        {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,   "unknown",              "certificate of cert="             },
        {SSL_R_INAPPROPRIATE_FALLBACK,            "fallback",             "compare the server's TLS settings"},
        {0,                                       "no reason is known",   "compare the server's TLS settings"},
    };
    SSL *ssl = cog_tls_client(make_tls(*state, "cache.test"), -1);

    for (size_t i = 0; i < COUNT(cases); ++i) {
        cog_fault_t fault;

        if (cases[i].reason) {
            ERR_raise(ERR_LIB_SSL, cases[i].reason);
        }
        assert_int_equal(cog_tls_fault(ssl, SSL_ERROR_SSL, &fault), COG_E_STORE);
        if (!strstr(fault.cause, cases[i].cause) ||
            !strstr(fault.remedy, cases[i].remedy)) {
            fail_msg("%s; %s", fault.cause, fault.remedy);
        }
        assert_false(fault.is_gone);
        assert_int_equal(ERR_peek_error(), 0);
    }
    SSL_free(ssl);
}

static int setup_with_old_tls(void **state)
{
    void *pool;

    (void)state;
    if (pool_setup(&pool) != 0) {
        return -1;
    }
    certificates_allow_old_tls(pool);
    return pool_teardown(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(leaves_nothing_that_protects_to_a_default),
        cmocka_unit_test_for_redis(trusts_no_weak_key),
        cmocka_unit_test_for_redis(expects_the_host_it_is_for),
        cmocka_unit_test_for_redis(expects_another_host_of_another_node),
        cmocka_unit_test_for_redis(names_the_remedy),
    };

    return cmocka_run_group_tests_name("net/server/tls, rules", tests, setup_with_old_tls,
                                       NULL);
}
