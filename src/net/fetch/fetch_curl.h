/* The fetch port over libcurl: one transfer, bounded in time, size and trust. */
#ifndef COG_NET_FETCH_CURL_H
#define COG_NET_FETCH_CURL_H

#include <apr_pools.h>

#include "base/secret_source.h"
#include "flow/ports.h"

/* A forward proxy, and as whom it is asked. */
typedef struct {
    const char *name; /* as it may be shown, with the user and where the password is */
    const char *url;  /* http[s]://host:port */
    const char *user; /* NULL: none, and no password */
    int has_password;
    cog_secret_source_t source; /* of the password, */
    cog_secret_t password;      /* which was this one at start */
} cog_proxy_t;

/* What the administrator says about outgoing calls. */
typedef struct {
    const cog_proxy_t *proxy; /* NULL: none, whatever the environment says */
    const char *ca_file;      /* NULL: the system's */
    apr_interval_time_t connect_limit;
    apr_interval_time_t total_limit;
} cog_fetch_conf_t;

/* Once in a process that forks (post_config), before any other call; undone with `pool`.
 */
void cog_fetch_global_init(apr_pool_t *pool);

/* A fetcher for one configuration, whose texts must live as long as `pool`: holds a small
 * pool of kept-alive handles behind a lock, made on first use in the process that uses
 * them (never inherited over fork). A form is never sent twice: when a kept connection
 * turns out dead, a GET goes out once more, a POST fails if any of its form was given to
 * the connection. None is kept for longer than two minutes, so that another certificate,
 * or another address, counts by then. Loopback is never reached by the proxy, all else in
 * a tunnel through it: what is for the proxy never reaches the user pool, and nothing
 * else the proxy. Its password is what its file says at the time of the call.
 * Thread-safe; handles go with `pool`. */
cog_err_t cog_fetch_curl_make(apr_pool_t *pool, const cog_fetch_conf_t *conf,
                              cog_fetcher_t *fetcher);

#endif
