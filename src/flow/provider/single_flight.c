#include "flow/provider/single_flight.h"

#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <stdatomic.h>

/* The wait is counted in slices and not measured: a clock that jumps cannot stretch it.
 */
#define WAIT_SLICE  (APR_USEC_PER_SEC / 10)
#define WAIT_SLICES (COG_FETCH_WAIT_SEC * 10)

struct cog_single_flight_t {
    const char *what;
    cog_single_flight_load_t load;
    const void *context;
    apr_thread_mutex_t *lock; /* guards all that follows; free while loading */
    apr_thread_cond_t *landed;
    int is_loading;
    cog_snapshot_t *current; /* the last good one, NULL before */
    /* times are 0 for never */
    apr_time_t failed_at;   /* when a load failed last */
    apr_time_t renewed_at;  /* when cog_single_flight_get_newer() last loaded */
    cog_err_t error;        /* of that failure */
    atomic_uint generation; /* how many values there were; read without the lock too */
};

static apr_status_t drop_current(void *data)
{
    cog_single_flight_t *flight = data;

    cog_snapshot_release(flight->current);
    flight->current = NULL;
    return APR_SUCCESS;
}

cog_err_t cog_single_flight_make(apr_pool_t *conf_pool, const char *what,
                                 cog_single_flight_load_t load, const void *context,
                                 cog_single_flight_t **flight)
{
    cog_single_flight_t *made = apr_pcalloc(conf_pool, sizeof(*made));

    COG_REQUIRE(apr_thread_mutex_create(&made->lock, APR_THREAD_MUTEX_DEFAULT,
                                        conf_pool) == APR_SUCCESS,
                COG_E_INTERNAL);
    COG_REQUIRE(apr_thread_cond_create(&made->landed, conf_pool) == APR_SUCCESS,
                COG_E_INTERNAL);
    made->what = what;
    made->load = load;
    made->context = context;
    made->error = COG_E_IDP_UNREACHABLE;
    apr_pool_cleanup_register(conf_pool, made, drop_current, apr_pool_cleanup_null);
    *flight = made;
    return COG_OK;
}

/* Is it less than `sec` seconds ago? Not when the clock has gone back behind it. */
static int is_recent(apr_time_t since, int sec, apr_time_t now)
{
    return since != 0 && now >= since && now - since < apr_time_from_sec(sec);
}

static int may_load(const cog_single_flight_t *flight, apr_time_t now)
{
    return !flight->is_loading && !is_recent(flight->failed_at, COG_FETCH_PAUSE_SEC, now);
}

static cog_err_t load_snapshot(cog_flow_t *flow, const cog_single_flight_t *flight,
                               const cog_document_freshness_t *freshness,
                               cog_snapshot_t **snapshot)
{
    cog_snapshot_t *made;
    cog_err_t err;

    COG_TRY(cog_snapshot_make(&made));
    err = flight->load(flow, flight->context, freshness, made);
    if (err != COG_OK) {
        cog_snapshot_release(made);
        return err;
    }
    *snapshot = made;
    return COG_OK;
}

static int is_fresh(const cog_snapshot_t *snapshot, apr_time_t now)
{
    return snapshot && is_recent(snapshot->made_at, COG_METADATA_FRESH_SEC, now);
}

static void note_value(cog_single_flight_t *flight, cog_snapshot_t *snapshot,
                       apr_time_t now)
{
    cog_snapshot_release(flight->current);
    flight->current = snapshot;
    atomic_fetch_add(&flight->generation, 1);
    if (!is_fresh(snapshot, now)) {
        flight->failed_at = now;
    }
}

static void note_error(cog_single_flight_t *flight, cog_err_t err, apr_time_t now)
{
    flight->error = err;
    flight->failed_at = now;
}

/* At a start in the middle of an outage. */
static void load_kept(cog_flow_t *flow, const cog_single_flight_t *flight, cog_err_t why,
                      cog_snapshot_t **snapshot)
{
    const cog_document_freshness_t freshness = {.kind = COG_DOCUMENT_KEPT};

    if (load_snapshot(flow, flight, &freshness, snapshot) == COG_OK) {
        COG_LOG(flow->ports->log, WARNING, 3201,
                "%s could not be fetched: %s; the one serves that this host has kept",
                flight->what, cog_err_text(why));
    }
}

/* Load, with the lock released meanwhile. */
static cog_err_t fly(cog_flow_t *flow, cog_single_flight_t *flight,
                     const cog_document_freshness_t *freshness)
{
    int has_value = flight->current != NULL;
    cog_snapshot_t *snapshot = NULL;
    cog_err_t err;

    flight->is_loading = 1;
    apr_thread_mutex_unlock(flight->lock);
    err = load_snapshot(flow, flight, freshness, &snapshot);
    if (err != COG_OK && !has_value) {
        load_kept(flow, flight, err, &snapshot);
    }
    apr_thread_mutex_lock(flight->lock);
    flight->is_loading = 0;
    if (err != COG_OK && err != COG_E_NOT_FOUND) {
        note_error(flight, err, cog_flow_time(flow));
    }
    if (snapshot) {
        note_value(flight, snapshot, cog_flow_time(flow));
    }
    apr_thread_cond_broadcast(flight->landed);
    return has_value || !snapshot ? err : COG_OK;
}

static void wait_for_landing(cog_single_flight_t *flight)
{
    for (int i = 0; flight->is_loading && i < WAIT_SLICES; ++i) {
        apr_thread_cond_timedwait(flight->landed, flight->lock, WAIT_SLICE);
    }
}

static cog_err_t take(cog_single_flight_t *flight, cog_snapshot_t **snapshot)
{
    COG_REQUIRE(flight->current,
                flight->is_loading ? COG_E_IDP_UNREACHABLE : flight->error);
    *snapshot = cog_snapshot_hold(flight->current);
    return COG_OK;
}

static void log_old_one(const cog_flow_t *flow, const cog_single_flight_t *flight,
                        cog_err_t err)
{
    COG_LOG(flow->ports->log, WARNING, 3200,
            "%s could not be fetched again: %s; the last good one serves on",
            flight->what, cog_err_text(err));
}

cog_err_t cog_single_flight_get(cog_flow_t *flow, cog_single_flight_t *flight,
                                cog_snapshot_t **snapshot)
{
    apr_time_t now = cog_flow_time(flow);
    const cog_document_freshness_t freshness = {
        COG_DOCUMENT_RECENT, now - apr_time_from_sec(COG_METADATA_FRESH_SEC)};
    cog_err_t loaded = COG_OK, err;

    apr_thread_mutex_lock(flight->lock);
    if (!is_fresh(flight->current, now) && may_load(flight, now)) {
        loaded = fly(flow, flight, &freshness);
    }
    else if (!flight->current) {
        wait_for_landing(flight);
    }
    err = take(flight, snapshot);
    apr_thread_mutex_unlock(flight->lock);

    if (loaded != COG_OK && err == COG_OK) {
        log_old_one(flow, flight, loaded);
    }
    return err;
}

unsigned cog_single_flight_generation(const cog_single_flight_t *flight)
{
    return atomic_load(&flight->generation);
}

static int is_due(const cog_single_flight_t *flight, apr_time_t now)
{
    return flight->current && may_load(flight, now) &&
           !is_recent(flight->current->made_at, COG_METADATA_AHEAD_SEC, now);
}

/* What another process was asked for. It is no load for which others would wait. */
static void look_for_kept(cog_flow_t *flow, cog_single_flight_t *flight)
{
    const cog_document_freshness_t kept = {.kind = COG_DOCUMENT_KEPT};
    cog_snapshot_t *found;

    if (load_snapshot(flow, flight, &kept, &found) != COG_OK) {
        return;
    }
    apr_thread_mutex_lock(flight->lock);
    if (flight->current) {
        cog_snapshot_release(found);
    }
    else {
        note_value(flight, found, cog_flow_time(flow));
    }
    apr_thread_mutex_unlock(flight->lock);
}

cog_err_t cog_single_flight_renew_ahead(cog_flow_t *flow, cog_single_flight_t *flight,
                                        int *is_known)
{
    apr_time_t now = cog_flow_time(flow);
    const cog_document_freshness_t ahead = {
        COG_DOCUMENT_AHEAD, now - apr_time_from_sec(COG_METADATA_AHEAD_SEC)};
    cog_err_t err = COG_OK;

    if (cog_single_flight_generation(flight) == 0) {
        look_for_kept(flow, flight);
    }
    apr_thread_mutex_lock(flight->lock);
    if (is_due(flight, now)) {
        err = fly(flow, flight, &ahead);
    }
    *is_known = flight->current != NULL;
    apr_thread_mutex_unlock(flight->lock);

    if (err == COG_OK || err == COG_E_NOT_FOUND) {
        return COG_OK;
    }
    log_old_one(flow, flight, err);
    return err;
}

static int may_renew(const cog_single_flight_t *flight, apr_time_t now)
{
    return may_load(flight, now) &&
           !is_recent(flight->renewed_at, COG_KID_PAUSE_SEC, now);
}

/* Wait for the load that is under way, or load if that is allowed now. */
static cog_err_t renew(cog_flow_t *flow, cog_single_flight_t *flight, apr_time_t than)
{
    const cog_document_freshness_t freshness = {COG_DOCUMENT_NEWER, than};
    apr_time_t now = cog_flow_time(flow);

    if (flight->is_loading) {
        wait_for_landing(flight);
    }
    else if (may_renew(flight, now)) {
        flight->renewed_at = now;
        return fly(flow, flight, &freshness);
    }
    return COG_OK;
}

cog_snapshot_t *cog_single_flight_get_newer(cog_flow_t *flow, cog_single_flight_t *flight,
                                            const cog_snapshot_t *seen)
{
    cog_snapshot_t *newest;
    cog_err_t loaded = COG_OK;

    apr_thread_mutex_lock(flight->lock);
    if (flight->current == seen) {
        loaded = renew(flow, flight, seen->made_at);
    }
    newest = cog_snapshot_hold(flight->current);
    apr_thread_mutex_unlock(flight->lock);

    if (loaded != COG_OK && loaded != COG_E_NOT_FOUND) {
        log_old_one(flow, flight, loaded);
    }
    return newest;
}
