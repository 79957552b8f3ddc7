/* The store port in memory that the processes of one host share: shards with a lock each
 * (net/shm/store_segment.h).
 *
 * Why not httpd's mod_socache_shmcb: it reclaims room in the order of insertion only, so
 * that one revocation of 12 hours keeps everything behind it alive, and when it is full
 * the revocation goes first; each rewriting of a session takes new room; it knows no
 * add-if-absent; a process that dies in the middle leaves it broken; and its memory goes
 * with each restart, so that every rotation of logs would end all sessions and forget all
 * revocations. */
#ifndef COG_NET_STORE_SHM_H
#define COG_NET_STORE_SHM_H

#include <apr_pools.h>

#include "flow/ports.h"

#define COG_STORE_SHM_MIN     ((apr_size_t)1024 * 1024)
#define COG_STORE_SHM_DEFAULT ((apr_size_t)32 * 1024 * 1024)

/* The port to a store that is ready; COG_E_MISCONFIGURED when it is of another version.
 * `form` is the value of CognitoStore up to its size, for messages. It is used before the
 * fork, and for as long as `pool`. */
cog_err_t cog_store_shm_open(apr_pool_t *pool, void *memory, const char *form,
                             const cog_clock_t *clock, cog_store_t *store);

/* How much of its room is taken, in percent. */
unsigned cog_store_shm_percent(const cog_store_t *store);

/* Free the room of what has ended, and warn when there is little left. Done now and then
 * it keeps nothing longer than it must; without it, each write does so in its shard. */
void cog_store_shm_sweep(const cog_store_t *store, const cog_log_t *log);

#endif
