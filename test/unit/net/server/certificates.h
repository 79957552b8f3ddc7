/* Certificates for a server on loopback, made on the spot. */
#ifndef COG_TEST_CERTIFICATES_H
#define COG_TEST_CERTIFICATES_H

#include <apr_pools.h>
#include <openssl/ssl.h>

#include "base/secret.h"

typedef struct ca_t ca_t;

/* An authority, with its certificate in a file of its own that goes with `pool`. */
ca_t *ca_make(apr_pool_t *pool);
const char *ca_file(const ca_t *ca);

typedef struct {
    const char *names; /* "DNS:localhost,IP:127.0.0.1" */
    int days;          /* until the end; negative: it has ended */
    int is_self_signed;
} certificate_t;

/* What a TLS server needs, with a certificate of the authority; goes with `pool`. */
SSL_CTX *ca_server(apr_pool_t *pool, const ca_t *ca, const certificate_t *certificate);

/* The same, which would take TLS of 1.0 on, but of no later than `version`. */
SSL_CTX *ca_server_up_to(apr_pool_t *pool, const ca_t *ca,
                         const certificate_t *certificate, int version);

/* The same, with a key that is too weak by now: RSA of 1024 bits. */
SSL_CTX *ca_weak_server(apr_pool_t *pool, const ca_t *ca,
                        const certificate_t *certificate);

/* From now on it talks with clients only that have a certificate of the authority. */
void ca_ask_clients(SSL_CTX *server, const ca_t *ca);

/* A client's certificate of the authority, and its key, in PEM form. */
cog_secret_t ca_client(apr_pool_t *pool, const ca_t *ca, int days);

/* A certificate of the authority whose key no client may have, in PEM form. */
const char *ca_weak_certificate(apr_pool_t *pool, const ca_t *ca);

/* Before OpenSSL is used: distributions forbid old versions and weak keys on their own;
 * take that away, to see our own limits. */
void certificates_allow_old_tls(apr_pool_t *pool);

#endif
