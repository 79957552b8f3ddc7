/* The store port over a Redis server, or a cluster of them, or one that speaks its
 * protocol (Valkey). */
#ifndef COG_NET_REDIS_H
#define COG_NET_REDIS_H

#include <apr_pools.h>

#include "flow/ports.h"

/* What the administrator says about the server, or about any node of its cluster. */
typedef struct {
    const char *host; /* a name or an address, IPv6 without brackets */
    int port;
    int has_tls;               /* rediss:// */
    const char *user;          /* of an ACL; NULL: none */
    cog_secret_t password;     /* unset: no AUTH */
    int database;              /* 0: no SELECT */
    const char *ca_file;       /* PEM, NULL: the system's */
    cog_secret_t certificate;  /* of net/server/client_certificate.h; unset: none */
    apr_interval_time_t limit; /* of each call, for tests; 0: what the port promises */
} cog_redis_conf_t;

/* A store for one configuration, whose texts must live as long as `conf_pool`. Makes no
 * connection: each process makes its own when it needs one, keeps a few, and closes them
 * with `conf_pool`. COG_E_MISCONFIGURED when `ca_file` cannot be read, or
 * `certificate` not be used. */
cog_err_t cog_redis_make(apr_pool_t *conf_pool, const cog_redis_conf_t *conf,
                         cog_store_t *store);

/* How many nodes have a part of what such a store holds, as far as this process has
 * heard: more than one when the server belongs to a cluster. */
int cog_redis_count(const cog_store_t *store);

#endif
