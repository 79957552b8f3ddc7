/* Servers that want to see a certificate, too. */
#include "test/unit/net/redis/redis_caller.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "net/server/client_certificate.h"
#include "test/unit/net/server/certificates.h"

static peer_t *ask_clients(apr_pool_t *pool, ca_t *ca, int version)
{
    const certificate_t certificate = {"DNS:localhost", 10, 0};
    SSL_CTX *tls = ca_server(pool, ca, &certificate);

    SSL_CTX_set_max_proto_version(tls, version);
    ca_ask_clients(tls, ca);
    return peer_start(pool, tls, redis_answer_all);
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static void tells_that_a_server_wants_a_certificate(void **state)
{
    for (size_t i = 0; i < COUNT(versions); ++i) {
        ca_t *ca = ca_make(*state);
        peer_t *peer = ask_clients(*state, ca, versions[i]);
        caller_t *caller = caller_in_tls(*state, peer, "localhost", ca_file(ca));

        assert_int_equal(call_get(caller, "k"), COG_E_STORE);
        assert_logged(caller->log, "COG2200", "cert=SOURCE");
        assert_logged(caller->log, "COG2200", "tls-auth-clients no");
    }
}

static void shows_its_certificate(void **state)
{
    for (size_t i = 0; i < COUNT(versions); ++i) {
        ca_t *ca = ca_make(*state);
        peer_t *peer = ask_clients(*state, ca, versions[i]);
        caller_t *caller = caller_in_tls(*state, peer, "localhost", ca_file(ca));

        caller->conf.certificate = ca_client(*state, ca, 10);
        caller_make(caller);
        assert_int_equal(call_get(caller, "k"), COG_OK);
        assert_value(caller, "value of k");
        assert_int_equal(caller->log->count, 0);
    }
}

static void tells_that_its_certificate_is_not_accepted(void **state)
{
    for (size_t i = 0; i < COUNT(versions); ++i) {
        ca_t *ca = ca_make(*state);
        ca_t *other = ca_make(*state);
        peer_t *peer = ask_clients(*state, ca, versions[i]);
        caller_t *caller = caller_in_tls(*state, peer, "localhost", ca_file(ca));
        const cog_secret_t wrong[] = {ca_client(*state, other, 10),
                                      ca_client(*state, ca, -1)};

        for (size_t n = 0; n < COUNT(wrong); ++n) {
            caller->conf.certificate = wrong[n];
            caller_make(caller);
            assert_int_equal(call_get(caller, "k"), COG_E_STORE);
            assert_logged(caller->log, "COG2200", "certificate");
        }
        assert_int_equal(peer_requests(peer), 0);
    }
}

static const char *write_key(apr_pool_t *pool, EVP_PKEY *key, const char *password)
{
    BIO *memory = BIO_new(BIO_s_mem());
    const EVP_CIPHER *cipher = password ? EVP_aes_128_cbc() : NULL;
    const char *pem;
    char *text;
    long len;

    assert_int_equal(
        PEM_write_bio_PrivateKey(memory, key, cipher, (const unsigned char *)password,
                                 password ? (int)strlen(password) : 0, NULL, NULL),
        1);
    len = BIO_get_mem_data(memory, &text);
    pem = apr_pstrmemdup(pool, text, (size_t)len);
    BIO_free(memory);
    EVP_PKEY_free(key);
    return pem;
}

static const char *lock(apr_pool_t *pool, const char *pem, const char *password)
{
    BIO *text = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(text, NULL, NULL, NULL);

    BIO_free(text);
    return write_key(pool, key, password);
}

static void wants_a_certificate_of_use(void **state)
{
    ca_t *ca = ca_make(*state);
    const char *one = ca_client(*state, ca, 10).bytes;
    const char *key = strstr(one, "-----BEGIN PRIVATE");
    const char *other = strstr(ca_client(*state, ca, 10).bytes, "-----BEGIN PRIVATE");
    const char *certificate = apr_pstrmemdup(*state, one, (size_t)(key - one));
    const char *turned = apr_pstrcat(*state, key, certificate, NULL);
    const char *chain = apr_pstrcat(*state, one, certificate, NULL);
    const char *mixed = apr_pstrcat(*state, certificate, other, NULL);
    const char *broken = apr_pstrcat(*state, one,
                                     "-----BEGIN CERTIFICATE-----\nAAAA\n"
                                     "-----END CERTIFICATE-----\n",
                                     NULL);
    const char *locked = apr_pstrcat(*state, certificate, lock(*state, key, "pw"), NULL);
    const char *empty = apr_pstrcat(*state, certificate, lock(*state, key, ""), NULL);
    const char *kind = apr_pstrcat(
        *state, certificate,
        write_key(*state, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL), NULL);
    const char *weak = apr_pstrcat(*state, one, ca_weak_certificate(*state, ca), NULL);
    const struct {
        const char *pem;
        const char *problem; /* NULL: none */
    } cases[] = {
        {one,         NULL             },
        {turned,      NULL             },
        {chain,       NULL             },
        {certificate, "no private key" },
        {mixed,       "no private key" },
        {key,         "no certificate" },
        {"text",      "no certificate" },
        {broken,      "broken"         },
        {locked,      "with a password"},
        {empty,       "with a password"},
        {kind,        "no private key" },
        {weak,        "weak"           },
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        const char *problem = cog_client_certificate_check(cog_secret_of(cases[i].pem));
        const char *expected = cases[i].problem;

        if (expected ? !problem || !strstr(problem, expected) : problem != NULL) {
            fail_msg("case %d: %s", (int)i, problem ? problem : "is taken");
        }
        assert_int_equal(ERR_peek_error(), 0);
    }
}

static void begins_with_no_certificate_that_is_of_no_use(void **state)
{
    ca_t *ca = ca_make(*state);
    peer_t *peer = ask_clients(*state, ca, TLS1_3_VERSION);
    caller_t *caller = caller_in_tls(*state, peer, "localhost", ca_file(ca));

    caller->conf.certificate = cog_secret_of("text");
    assert_int_equal(cog_redis_make(*state, &caller->conf, &caller->store),
                     COG_E_MISCONFIGURED);
    assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(tells_that_a_server_wants_a_certificate),
        cmocka_unit_test_for_redis(shows_its_certificate),
        cmocka_unit_test_for_redis(tells_that_its_certificate_is_not_accepted),
        cmocka_unit_test_for_redis(wants_a_certificate_of_use),
        cmocka_unit_test_for_redis(begins_with_no_certificate_that_is_of_no_use),
    };

    return cmocka_run_group_tests_name("net/server/tls, certificates of clients", tests,
                                       NULL, NULL);
}
