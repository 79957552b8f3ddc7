/* The store port over memcached servers.
 *
 * Over our own connections (net/server/server.h) and not over APR-util's apr_memcache, or
 * httpd's mod_socache_memcache on top of it: there a server that stands still holds up
 * each request for a second or more, and when one is down its keys move to the next one,
 * so that of two hosts that disagree about who is down both may add one key, and what was
 * revoked is not known to be.
 *
 * A key lives on one server, which its hash chooses; when that one is down, nothing can
 * be said of the key. So all hosts must name the same servers in the same order.
 * memcached counts in whole seconds: in front of each value stands its exact end, after
 * which it is not read any more, though it may keep add() out for two seconds more. */
#ifndef COG_NET_MEMCACHE_H
#define COG_NET_MEMCACHE_H

#include <apr_pools.h>

#include "flow/ports.h"

#define COG_MEMCACHE_MAX_SERVERS 32

typedef struct {
    const char *hosts[COG_MEMCACHE_MAX_SERVERS]; /* IPv6 without brackets */
    int ports[COG_MEMCACHE_MAX_SERVERS];
    int count; /* at least one */
    cog_clock_t clock;
    apr_interval_time_t limit; /* of each call, for tests; 0: what the port promises */
} cog_memcache_conf_t;

/* A store for one configuration, whose texts must live as long as `conf_pool`. Makes no
 * connection: each process makes its own when it needs one, keeps a few, and closes them
 * with `conf_pool`. */
cog_err_t cog_memcache_make(apr_pool_t *conf_pool, const cog_memcache_conf_t *conf,
                            cog_store_t *store);

#endif
