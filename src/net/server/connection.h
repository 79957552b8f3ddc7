/* A TCP connection, with TLS or without, on which nothing waits past its deadline. */
#ifndef COG_NET_CONNECTION_H
#define COG_NET_CONNECTION_H

#include <apr_time.h>
#include <stddef.h>

#include "base/error.h"
#include "net/server/fault.h"
#include "net/server/resolver.h"
#include "net/server/tls.h"

/* Where to connect to. */
typedef struct {
    cog_resolver_t *resolver;
    cog_tls_t *tls; /* NULL: plain */
} cog_endpoint_t;

/* A value that moves from owner to owner, the last of whom closes it. For one thread. */
typedef struct {
    int fd;
    SSL *ssl;            /* NULL: plain */
    apr_time_t deadline; /* monotonic: what is not done by then fails */
} cog_connection_t;

/* All of the host's addresses have a part of the time, one after the other; then TLS.
 * COG_E_STORE and a fault; then there is nothing to close. */
cog_err_t cog_connection_open(const cog_endpoint_t *endpoint, apr_time_t deadline,
                              cog_connection_t *connection, cog_fault_t *fault);

/* All of the bytes, or COG_E_STORE and a fault. */
cog_err_t cog_connection_write(cog_connection_t *connection, const char *bytes,
                               size_t len, cog_fault_t *fault);

/* What has come, at least one byte and at most `room`. COG_E_STORE and a fault also at
 * the end of the connection. */
cog_err_t cog_connection_read(cog_connection_t *connection, char *bytes, size_t room,
                              size_t *len, cog_fault_t *fault);

/* Is it open, and has nothing come? Does not wait. */
int cog_connection_is_quiet(cog_connection_t *connection);

/* Says nothing to the other side, so that a child may close its parent's. */
void cog_connection_close(cog_connection_t *connection);

#endif
