/* The client's side of TLS over a socket that does not block. */
#ifndef COG_NET_TLS_H
#define COG_NET_TLS_H

#include <apr_pools.h>
#include <openssl/ssl.h>

#include "base/error.h"
#include "base/secret.h"
#include "net/server/fault.h"

typedef struct cog_tls_t cog_tls_t;

typedef struct {
    const char *host; /* a name or an address, which its certificate must be for */
    const char
        *ca_file; /* PEM, whose authorities alone are trusted; NULL: the system's */
    cog_secret_t certificate; /* ours, of net/server/client_certificate.h; unset: none */
} cog_tls_conf_t;

/* TLS 1.2 or newer. Goes with `conf_pool`; shared by threads and processes.
 * COG_E_MISCONFIGURED when the file cannot be read, or our certificate not be used. */
cog_err_t cog_tls_make(apr_pool_t *conf_pool, const cog_tls_conf_t *conf,
                       cog_tls_t **tls);

/* For another server of the same administrator, as `tls`, which it must not outlive. Its
 * certificate must be for `host`; when that is an address, and `tls` is for a name, then
 * for that name: few certificates are for addresses, which change. */
cog_tls_t *cog_tls_share(apr_pool_t *pool, const cog_tls_t *tls, const char *host);

/* The caller's client on the connected socket `fd`, which stays the caller's too; the
 * handshake is still to be made. NULL when there is no memory. Never raises SIGPIPE. */
SSL *cog_tls_client(const cog_tls_t *tls, int fd);

/* Why an operation has failed: `reason` is what SSL_get_error() said of it. Empties the
 * thread's queue of errors. Returns COG_E_STORE. */
cog_err_t cog_tls_fault(const SSL *ssl, int reason, cog_fault_t *fault);

#endif
