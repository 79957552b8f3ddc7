/* A value that threads share without a lock: made once on a pool of its own, read-only
 * from then on, freed by whoever releases it last. */
#ifndef COG_FLOW_SNAPSHOT_H
#define COG_FLOW_SNAPSHOT_H

#include <apr_pools.h>
#include <apr_time.h>
#include <stdatomic.h>

#include "base/error.h"

typedef struct {
    apr_pool_t *pool;   /* a root pool; only its maker allocates on it */
    const void *value;  /* the maker's to set before it shares the snapshot, */
    apr_time_t made_at; /* and when that value was got */
    atomic_uint holders;
} cog_snapshot_t;

/* Make an empty one, held once: by the caller. */
cog_err_t cog_snapshot_make(cog_snapshot_t **snapshot);

/* Hold it once more; returns it. Somebody else must be holding it meanwhile. */
cog_snapshot_t *cog_snapshot_hold(cog_snapshot_t *snapshot);

/* Let go of it. NULL is nothing. */
void cog_snapshot_release(cog_snapshot_t *snapshot);

#endif
