#include "net/server/client_certificate.h"

#include <openssl/err.h>

/* It is asked where a key has a password, and has none to give. */
static int no_password(char *room, int size, int is_writing, void *context)
{
    (void)room;
    (void)size;
    (void)is_writing;
    (void)context;
    return -1;
}

static BIO *open_text(cog_secret_t pem)
{
    return BIO_new_mem_buf(pem.bytes, (int)pem.len);
}

/* Behind the certificate: who has issued it. */
static int use_chain(SSL_CTX *context, BIO *text)
{
    X509 *issuer;

    while ((issuer = PEM_read_bio_X509(text, NULL, no_password, NULL)) != NULL) {
        int is_used = SSL_CTX_add1_chain_cert(context, issuer) == 1;

        X509_free(issuer);
        if (!is_used) {
            return 0;
        }
    }
    return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

static int use_certificates(SSL_CTX *context, cog_secret_t pem)
{
    BIO *text = open_text(pem);
    X509 *own = text ? PEM_read_bio_X509(text, NULL, no_password, NULL) : NULL;
    int is_used =
        own && SSL_CTX_use_certificate(context, own) == 1 && use_chain(context, text);

    X509_free(own);
    BIO_free(text);
    return is_used;
}

static int use_key(SSL_CTX *context, cog_secret_t pem)
{
    BIO *text = open_text(pem);
    EVP_PKEY *key = text ? PEM_read_bio_PrivateKey(text, NULL, no_password, NULL) : NULL;
    int is_used = key && SSL_CTX_use_PrivateKey(context, key) == 1 &&
                  SSL_CTX_check_private_key(context) == 1;

    EVP_PKEY_free(key);
    BIO_free(text);
    return is_used;
}

const char *cog_client_certificate_use(SSL_CTX *context, cog_secret_t pem)
{
    const char *problem = NULL;

    if (!use_certificates(context, pem)) {
        problem = "holds no certificate in PEM form, or a broken or weak one";
    }
    else if (!use_key(context, pem)) {
        problem = "holds no private key of its certificate in PEM form, or one with a "
                  "password";
    }
    ERR_clear_error();
    return problem;
}

const char *cog_client_certificate_check(cog_secret_t pem)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    const char *problem = context ? cog_client_certificate_use(context, pem)
                                  : "cannot be looked at: there is no memory";

    SSL_CTX_free(context);
    return problem;
}
