/* Who is asked for a key: the configured server, or that node of its cluster which has
 * the key's slot.
 *
 * Whether there is a cluster, the servers say: who is asked for a key of somebody else's
 * names that node, which is asked then (MOVED, or ASK while a slot moves). Each process
 * keeps a table of nodes and slots, and fetches it as a whole (CLUSTER SLOTS) when it was
 * wrong, at most once in COG_CLUSTER_INTERVAL. So a call costs one round trip as long as
 * the cluster stays as it is.
 *
 * Each node has connections and a circuit breaker of its own. While the breaker of a
 * slot's node is open another node is asked for its keys: it knows who has them now.
 */
#ifndef COG_NET_REDIS_CLUSTER_H
#define COG_NET_REDIS_CLUSTER_H

#include "net/redis/redis_call.h"
#include "net/server/server.h"

#define COG_CLUSTER_INTERVAL  apr_time_from_sec(5)
#define COG_CLUSTER_REDIRECTS 3 /* of one call */

typedef struct cog_cluster_t cog_cluster_t;

/* Known at first is the configured server alone, like which all others are: TLS, user,
 * password. The texts must live as long as `conf_pool`. */
cog_err_t cog_cluster_make(apr_pool_t *conf_pool, const cog_server_options_t *seed,
                           cog_cluster_t **cluster);

/* What the call's `judge` says; COG_E_STORE has been logged. All within the limit of one
 * question. Thread-safe. */
cog_err_t cog_cluster_ask(cog_cluster_t *cluster, const cog_log_t *log,
                          cog_redis_call_t *call);

/* How many nodes are known to have slots; 1 also when no cluster is known. */
int cog_cluster_count(cog_cluster_t *cluster);

#endif
