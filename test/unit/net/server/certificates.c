#include "test/unit/net/server/certificates.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400L

struct ca_t {
    EVP_PKEY *key;
    X509 *certificate;
    const char *file;
};

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static apr_status_t free_key(void *key)
{
    EVP_PKEY_free(key);
    return APR_SUCCESS;
}

static apr_status_t free_certificate(void *certificate)
{
    X509_free(certificate);
    return APR_SUCCESS;
}

static apr_status_t free_context(void *context)
{
    SSL_CTX_free(context);
    return APR_SUCCESS;
}

static EVP_PKEY *keep_key(apr_pool_t *pool, EVP_PKEY *key)
{
    must(key != NULL);
    apr_pool_cleanup_register(pool, key, free_key, apr_pool_cleanup_null);
    return key;
}

static EVP_PKEY *make_key(apr_pool_t *pool)
{
    return keep_key(pool, EVP_EC_gen("P-256"));
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    must(extension && X509_add_ext(certificate, extension, -1));
    X509_EXTENSION_free(extension);
}

/* Not yet signed. */
static X509 *make_certificate(apr_pool_t *pool, EVP_PKEY *key, const char *name,
                              long days)
{
    static long serial;
    X509 *certificate = X509_new();
    X509_NAME *subject = X509_get_subject_name(certificate);

    apr_pool_cleanup_register(pool, certificate, free_certificate, apr_pool_cleanup_null);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -100 * DAY);
    X509_gmtime_adj(X509_getm_notAfter(certificate), days * DAY);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name,
                               -1, -1, 0);
    must(X509_set_pubkey(certificate, key));
    return certificate;
}

static apr_status_t remove_file(void *path)
{
    return apr_file_remove(path, NULL);
}

static const char *write_file(apr_pool_t *pool, X509 *certificate)
{
    BIO *memory = BIO_new(BIO_s_mem());
    const char *folder;
    apr_file_t *file;
    char *path;
    char *text;
    long len;

    must(PEM_write_bio_X509(memory, certificate));
    len = BIO_get_mem_data(memory, &text);
    must(apr_temp_dir_get(&folder, pool) == APR_SUCCESS);
    path = apr_pstrcat(pool, folder, "/cognito-test-ca-XXXXXX", NULL);
    must(apr_file_mktemp(&file, path, APR_CREATE | APR_WRITE | APR_EXCL, pool) ==
         APR_SUCCESS);
    apr_pool_cleanup_register(pool, path, remove_file, apr_pool_cleanup_null);
    must(apr_file_write_full(file, text, (apr_size_t)len, NULL) == APR_SUCCESS);
    apr_file_close(file);
    BIO_free(memory);
    return path;
}

ca_t *ca_make(apr_pool_t *pool)
{
    ca_t *ca = apr_pcalloc(pool, sizeof(*ca));

    ca->key = make_key(pool);
    ca->certificate = make_certificate(pool, ca->key, "Test authority", 10);
    X509_set_issuer_name(ca->certificate, X509_get_subject_name(ca->certificate));
    add_extension(ca->certificate, NID_basic_constraints, "critical,CA:TRUE");
    must(X509_sign(ca->certificate, ca->key, EVP_sha256()) > 0);
    ca->file = write_file(pool, ca->certificate);
    return ca;
}

const char *ca_file(const ca_t *ca)
{
    return ca->file;
}

static SSL_CTX *make_server(apr_pool_t *pool, const ca_t *ca,
                            const certificate_t *certificate, EVP_PKEY *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    X509 *made = make_certificate(pool, key, "Test server", certificate->days);
    X509 *issuer = certificate->is_self_signed ? made : ca->certificate;

    must(context != NULL);
    apr_pool_cleanup_register(pool, context, free_context, apr_pool_cleanup_null);
    SSL_CTX_set_security_level(context, 0);
    X509_set_issuer_name(made, X509_get_subject_name(issuer));
    add_extension(made, NID_subject_alt_name, certificate->names);
    must(X509_sign(made, certificate->is_self_signed ? key : ca->key, EVP_sha256()) > 0);
    must(SSL_CTX_use_certificate(context, made) == 1);
    must(SSL_CTX_use_PrivateKey(context, key) == 1);
    return context;
}

SSL_CTX *ca_server(apr_pool_t *pool, const ca_t *ca, const certificate_t *certificate)
{
    return make_server(pool, ca, certificate, make_key(pool));
}

SSL_CTX *ca_weak_server(apr_pool_t *pool, const ca_t *ca,
                        const certificate_t *certificate)
{
    return make_server(pool, ca, certificate, keep_key(pool, EVP_RSA_gen(1024)));
}

SSL_CTX *ca_server_up_to(apr_pool_t *pool, const ca_t *ca,
                         const certificate_t *certificate, int version)
{
    SSL_CTX *context = ca_server(pool, ca, certificate);

    must(SSL_CTX_set_min_proto_version(context, TLS1_VERSION) == 1);
    must(SSL_CTX_set_max_proto_version(context, version) == 1);
    return context;
}

void ca_ask_clients(SSL_CTX *server, const ca_t *ca)
{
    SSL_CTX_set_verify(server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    must(X509_STORE_add_cert(SSL_CTX_get_cert_store(server), ca->certificate) == 1);
}

cog_secret_t ca_client(apr_pool_t *pool, const ca_t *ca, int days)
{
    EVP_PKEY *key = make_key(pool);
    X509 *made = make_certificate(pool, key, "Test client", days);
    BIO *memory = BIO_new(BIO_s_mem());
    cog_secret_t pem;
    char *text;
    long len;

    X509_set_issuer_name(made, X509_get_subject_name(ca->certificate));
    must(X509_sign(made, ca->key, EVP_sha256()) > 0);
    must(PEM_write_bio_X509(memory, made));
    must(PEM_write_bio_PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL));
    len = BIO_get_mem_data(memory, &text);
    pem = cog_secret_copy(pool, text, (size_t)len);
    BIO_free(memory);
    return pem;
}

const char *ca_weak_certificate(apr_pool_t *pool, const ca_t *ca)
{
    EVP_PKEY *key = keep_key(pool, EVP_RSA_gen(512));
    X509 *made = make_certificate(pool, key, "Test issuer", 10);
    BIO *memory = BIO_new(BIO_s_mem());
    const char *pem;
    char *text;
    long len;

    X509_set_issuer_name(made, X509_get_subject_name(ca->certificate));
    must(X509_sign(made, ca->key, EVP_sha256()) > 0);
    must(PEM_write_bio_X509(memory, made));
    len = BIO_get_mem_data(memory, &text);
    pem = apr_pstrmemdup(pool, text, (size_t)len);
    BIO_free(memory);
    return pem;
}

void certificates_allow_old_tls(apr_pool_t *pool)
{
    static const char text[] = "openssl_conf = all\n"
                               "[all]\nssl_conf = ssl\n"
                               "[ssl]\nsystem_default = lax\n"
                               "[lax]\nMinProtocol = TLSv1\n"
                               "CipherString = DEFAULT:@SECLEVEL=0\n";
    const char *folder;
    apr_file_t *file;
    char *path;

    apr_temp_dir_get(&folder, pool);
    path = apr_pstrcat(pool, folder, "/cognito-test-tls-XXXXXX", NULL);
    apr_file_mktemp(&file, path, APR_CREATE | APR_WRITE | APR_EXCL, pool);
    apr_file_write_full(file, text, strlen(text), NULL);
    apr_file_close(file);
    setenv("OPENSSL_CONF", path, 1);
    OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL);
    apr_file_remove(path, pool);
}
