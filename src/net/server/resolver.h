/* The addresses of one host, found within a limit: the system's resolver knows none, so
 * it works in a thread of its own, of which there is one at most. */
#ifndef COG_NET_RESOLVER_H
#define COG_NET_RESOLVER_H

#include <apr_pools.h>
#include <apr_time.h>
#include <netdb.h>
#include <sys/socket.h>

#include "base/error.h"
#include "net/server/fault.h"

#define COG_MAX_ADDRESSES 8

typedef struct {
    struct sockaddr_storage bytes;
    socklen_t len;
} cog_address_t;

typedef struct {
    cog_address_t all[COG_MAX_ADDRESSES];
    size_t count;
} cog_addresses_t;

typedef struct cog_resolver_t cog_resolver_t;

/* getaddrinfo(), or what a test puts in its place. */
typedef int (*cog_look_up_t)(const char *host, const char *service,
                             const struct addrinfo *hints, struct addrinfo **found);

/* For a name or an address, which must live as long as `conf_pool`. The end of the pool
 * waits for a look-up that is under way. Thread-safe; usable after a fork. */
cog_err_t cog_resolver_make(apr_pool_t *conf_pool, const char *host, int port,
                            cog_look_up_t look_up, cog_resolver_t **resolver);

/* At least one address, or COG_E_STORE and a fault: nobody knows the name, or `deadline`
 * (monotonic) has come first. Nothing is remembered: the host may move. */
cog_err_t cog_resolve(cog_resolver_t *resolver, apr_time_t deadline,
                      cog_addresses_t *addresses, cog_fault_t *fault);

/* Is a look-up under way, for which the end of the pool would wait? Thread-safe. */
int cog_resolver_is_busy(cog_resolver_t *resolver);

#endif
