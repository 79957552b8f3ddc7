/* The store port in memory that the processes of one host share: shards of 1 MB
 * (net/shm/shard.h) with a lock each.
 *
 * Why not httpd's mod_socache_shmcb: it reclaims room in the order of insertion only, so
 * that one revocation of 12 hours keeps everything behind it alive, and when it is full
 * the revocation goes first; each rewriting of a session takes new room; it knows no
 * add-if-absent; a process that dies in the middle leaves it broken; and its memory goes
 * with each restart, so that every rotation of logs would end all sessions and forget all
 * revocations. This memory is of one layout and free of pointers: who starts httpd may
 * keep it over graceful restarts. */
#ifndef COG_NET_STORE_SHM_H
#define COG_NET_STORE_SHM_H

#include <apr_pools.h>

#include "flow/ports.h"

#define COG_STORE_SHM_MIN     ((apr_size_t)1024 * 1024)
#define COG_STORE_SHM_DEFAULT ((apr_size_t)32 * 1024 * 1024)

/* How much memory a store of `size` bytes takes; 1 MB at least. */
apr_size_t cog_store_shm_room(apr_size_t size);

/* Make an empty store in zeroed memory of cog_store_shm_room(size) bytes, at an address
 * for any type. COG_E_INTERNAL when the system has no locks for it. */
cog_err_t cog_store_shm_format(void *memory, apr_size_t size);

/* Do these bytes, COG_STORE_SHM_SIGN of them, begin a store, of whatever version? */
#define COG_STORE_SHM_SIGN 22
int cog_store_shm_is_one(const char *bytes);

/* Make a store fit for use that nobody uses now, and that somebody has left in a file:
 * parts that do not fit together are emptied and counted. COG_E_MISCONFIGURED when it is
 * of another version or size. */
cog_err_t cog_store_shm_recover(void *memory, apr_size_t size, unsigned *emptied);

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
