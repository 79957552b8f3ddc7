#include "net/server/tls.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <sys/socket.h>

#include "net/server/client_certificate.h"

#define GIVE_CERTIFICATE                                                                 \
    "name one that it trusts behind CognitoStore, cert=SOURCE, or set "                  \
    "`tls-auth-clients no` there"
#define ASK_WHY_GONE                                                                     \
    "look into the server's log; if it wants a client certificate, " GIVE_CERTIFICATE
#define COMPARE_CERTIFICATE                                                              \
    "compare the certificate of cert= with the authorities that the server trusts, and " \
    "look when it ends"
#define MIN_SECURITY 2 /* RSA and DH of 2048 bits, no SHA-1 */

struct cog_tls_t {
    char *host;
    SSL_CTX *context;
    BIO_METHOD *method;
};

/* ---- a socket, as OpenSSL sees it: its own would raise SIGPIPE ---- */

static int socket_of(BIO *bio)
{
    return (int)(intptr_t)BIO_get_data(bio);
}

static int is_to_be_repeated(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static int send_bytes(BIO *bio, const char *bytes, int len)
{
    ssize_t sent = send(socket_of(bio), bytes, (size_t)len, MSG_NOSIGNAL);

    BIO_clear_retry_flags(bio);
    if (sent < 0 && is_to_be_repeated()) {
        BIO_set_retry_write(bio);
    }
    return (int)sent;
}

static int receive_bytes(BIO *bio, char *bytes, int room)
{
    ssize_t got = recv(socket_of(bio), bytes, (size_t)room, 0);

    BIO_clear_retry_flags(bio);
    if (got < 0 && is_to_be_repeated()) {
        BIO_set_retry_read(bio);
    }
    return (int)got;
}

static long control(BIO *bio, int what, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return what == BIO_CTRL_FLUSH;
}

static BIO_METHOD *make_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");

    if (method) {
        BIO_meth_set_write(method, send_bytes);
        BIO_meth_set_read(method, receive_bytes);
        BIO_meth_set_ctrl(method, control);
    }
    return method;
}

/* ---- what is trusted ---- */

static apr_status_t release(void *data)
{
    cog_tls_t *tls = data;

    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->method);
    return APR_SUCCESS;
}

static void set_rules(SSL_CTX *context)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    if (SSL_CTX_get_security_level(context) < MIN_SECURITY) {
        SSL_CTX_set_security_level(context, MIN_SECURITY);
    }
}

static cog_err_t present(SSL_CTX *context, cog_secret_t certificate)
{
    COG_REQUIRE(!cog_secret_is_set(certificate) ||
                    cog_client_certificate_use(context, certificate) == NULL,
                COG_E_MISCONFIGURED);
    return COG_OK;
}

static int trust(SSL_CTX *context, const char *ca_file)
{
    int is_done = ca_file ? SSL_CTX_load_verify_locations(context, ca_file, NULL)
                          : SSL_CTX_set_default_verify_paths(context);

    ERR_clear_error();
    return is_done == 1;
}

cog_err_t cog_tls_make(apr_pool_t *conf_pool, const cog_tls_conf_t *conf, cog_tls_t **tls)
{
    cog_tls_t *made = apr_pcalloc(conf_pool, sizeof(*made));

    apr_pool_cleanup_register(conf_pool, made, release, apr_pool_cleanup_null);
    made->host = apr_pstrdup(conf_pool, conf->host);
    made->method = make_method();
    made->context = SSL_CTX_new(TLS_client_method());
    COG_REQUIRE(made->method && made->context, COG_E_INTERNAL);
    COG_REQUIRE(SSL_CTX_set_min_proto_version(made->context, TLS1_2_VERSION) == 1,
                COG_E_INTERNAL);
    set_rules(made->context);
    COG_REQUIRE(trust(made->context, conf->ca_file), COG_E_MISCONFIGURED);
    COG_TRY(present(made->context, conf->certificate));
    *tls = made;
    return COG_OK;
}

static int is_address(const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

cog_tls_t *cog_tls_share(apr_pool_t *pool, const cog_tls_t *tls, const char *host)
{
    cog_tls_t *made = apr_pmemdup(pool, tls, sizeof(*tls));

    if (!is_address(host) || is_address(tls->host)) {
        made->host = apr_pstrdup(pool, host);
    }
    return made;
}

/* ---- one connection ---- */

static int expect_host(SSL *ssl, char *host)
{
    if (is_address(host)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set_tlsext_host_name(ssl, host) == 1 && SSL_set1_host(ssl, host) == 1;
}

static int attach(SSL *ssl, const BIO_METHOD *method, int fd)
{
    BIO *bio = BIO_new(method);

    if (!bio) {
        return 0;
    }
    BIO_set_data(bio, (void *)(intptr_t)fd);
    SSL_set_bio(ssl, bio, bio);
    return 1;
}

SSL *cog_tls_client(const cog_tls_t *tls, int fd)
{
    SSL *ssl = SSL_new(tls->context);

    if (ssl && attach(ssl, tls->method, fd) && expect_host(ssl, tls->host)) {
        SSL_set_connect_state(ssl);
        return ssl;
    }
    SSL_free(ssl);
    ERR_clear_error();
    return NULL;
}

/* ---- what went wrong ---- */

/* clang-format off */
static const struct {
    int reason;
    const char *remedy;
} remedies[] = {
    {SSL_R_WRONG_VERSION_NUMBER,
     "does this port speak TLS? write redis:// in CognitoStore if it shall not"},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
     "it wants a client certificate: " GIVE_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
     "let it speak TLS 1.2 or newer; if it wants a client certificate, " GIVE_CERTIFICATE},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, COMPARE_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, COMPARE_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, COMPARE_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, COMPARE_CERTIFICATE},
};
/* clang-format on */

static const char *remedy_for(int reason)
{
    for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); ++i) {
        if (remedies[i].reason == reason) {
            return remedies[i].remedy;
        }
    }
    return "compare the server's TLS settings: TLS 1.2 or newer, client certificates";
}

static cog_err_t set_fault(const SSL *ssl, int reason, cog_fault_t *fault)
{
    unsigned long error = ERR_peek_last_error();
    const char *text = ERR_reason_error_string(error);
    long verified = SSL_get_verify_result(ssl);

    if (verified != X509_V_OK) {
        return cog_fault_set(fault,
                             "compare the certificate with the host in CognitoStore and "
                             "with CognitoCAFile",
                             "its certificate is refused: %s",
                             X509_verify_cert_error_string(verified));
    }
    if (reason != SSL_ERROR_SSL) {
        cog_fault_set(fault, ASK_WHY_GONE, "it ended the connection");
        fault->is_gone = 1;
        return COG_E_STORE;
    }
    return cog_fault_set(fault, remedy_for(ERR_GET_REASON(error)), "TLS failed: %s",
                         text ? text : "no reason is known");
}

cog_err_t cog_tls_fault(const SSL *ssl, int reason, cog_fault_t *fault)
{
    cog_err_t err = set_fault(ssl, reason, fault);

    ERR_clear_error();
    return err;
}
