#include "flow/provider/snapshot.h"

cog_err_t cog_snapshot_make(cog_snapshot_t **snapshot)
{
    cog_snapshot_t *made;
    apr_pool_t *pool;

    /* with an allocator of its own: any thread may free it, and nothing else is locked */
    COG_REQUIRE(apr_pool_create_unmanaged_ex(&pool, NULL, NULL) == APR_SUCCESS,
                COG_E_INTERNAL);
    made = apr_pcalloc(pool, sizeof(*made));
    made->pool = pool;
    atomic_init(&made->holders, 1);
    *snapshot = made;
    return COG_OK;
}

cog_snapshot_t *cog_snapshot_hold(cog_snapshot_t *snapshot)
{
    atomic_fetch_add_explicit(&snapshot->holders, 1, memory_order_relaxed);
    return snapshot;
}

void cog_snapshot_release(cog_snapshot_t *snapshot)
{
    /* what each holder did comes before the end of the last one */
    if (snapshot &&
        atomic_fetch_sub_explicit(&snapshot->holders, 1, memory_order_acq_rel) == 1) {
        apr_pool_destroy(snapshot->pool);
    }
}
