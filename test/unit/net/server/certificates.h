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

/* From now on it talks with clients only that have a certificate of the authority. */
void ca_ask_clients(SSL_CTX *server, const ca_t *ca);

/* A client's certificate of the authority, and its key, in PEM form. */
cog_secret_t ca_client(apr_pool_t *pool, const ca_t *ca, int days);

#endif
