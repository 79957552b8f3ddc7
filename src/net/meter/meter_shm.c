#include "net/meter/meter_shm.h"

#include <apr_strings.h>
#include <string.h>

#include "net/meter/meter_private.h"
#include "version.h"

/* What is counted may change with each version. */
#define LAYOUT "mod_auth_cognito meter 1, " COG_VERSION

_Static_assert(sizeof(LAYOUT) <= sizeof(((cog_meter_shm_t *)0)->layout), "it has room");

const int cog_meter_duration_limits[COG_DURATION_CLASSES - 1] = {
#define COG_DURATION_LIMIT(limit) limit,
    COG_DURATIONS(COG_DURATION_LIMIT)
#undef COG_DURATION_LIMIT
};

apr_size_t cog_meter_shm_room(void)
{
    return sizeof(cog_meter_shm_t);
}

cog_err_t cog_meter_shm_format(void *memory, apr_time_t now, cog_meter_shm_t **meter)
{
    cog_meter_shm_t *made = memory;

    COG_TRY(cog_problem_list_make(&made->problems));
    apr_cpystrn(made->layout, LAYOUT, sizeof(made->layout));
    made->since = now;
    *meter = made;
    return COG_OK;
}

cog_err_t cog_meter_shm_open(void *memory, cog_meter_shm_t **meter)
{
    cog_meter_shm_t *found = memory;

    COG_REQUIRE(strncmp(found->layout, LAYOUT, sizeof(LAYOUT)) == 0, COG_E_MISCONFIGURED);
    *meter = found;
    return COG_OK;
}

/* ---- the port ---- */

static void clear(cog_meter_minute_t *minute)
{
    for (int i = 0; i < COG_EVENT_RARE; ++i) {
        atomic_store(&minute->events[i], 0);
    }
    for (int i = 0; i < COG_CALL_COUNT; ++i) {
        atomic_store(&minute->calls[i].count, 0);
        atomic_store(&minute->calls[i].failed, 0);
        atomic_store(&minute->calls[i].duration, 0);
    }
}

/* The first one in a minute clears what is left of the hour before; who counts while it
 * does may be lost to the chart. */
static cog_meter_minute_t *minute_at(cog_meter_shm_t *meter, apr_time_t now)
{
    int64_t number = apr_time_sec(now) / 60;
    cog_meter_minute_t *minute = &meter->minutes[number % COG_METER_MINUTES];
    int64_t seen = atomic_load(&minute->minute);

    if (seen != number &&
        atomic_compare_exchange_strong(&minute->minute, &seen, number)) {
        clear(minute);
    }
    return minute;
}

static void count(void *context, cog_event_t event, apr_time_t now)
{
    const cog_meter_user_t *user = context;

    cog_counter_add(&user->stripe->counts[event], 1);
    if (event < COG_EVENT_RARE) {
        atomic_fetch_add(&minute_at(user->meter, now)->events[event], 1);
    }
}

static int class_of(apr_interval_time_t duration)
{
    int i = 0;

    while (i < COG_DURATION_CLASSES - 1 &&
           duration > apr_time_from_msec(cog_meter_duration_limits[i])) {
        ++i;
    }
    return i;
}

static void note_call(void *context, const cog_call_t *call)
{
    const cog_meter_user_t *user = context;
    cog_meter_call_t *all = &user->meter->calls[call->kind];
    cog_meter_minute_t *minute = minute_at(user->meter, call->now);

    cog_counter_add(&all->results[call->result], 1);
    cog_counter_add(&all->classes[class_of(call->duration)], 1);
    cog_counter_add(&all->duration, (uint64_t)call->duration);
    atomic_fetch_add(&minute->calls[call->kind].count, 1);
    cog_counter_add(&minute->calls[call->kind].duration, (uint64_t)call->duration);
    if (call->result == COG_CALL_FAILED) {
        atomic_fetch_add(&minute->calls[call->kind].failed, 1);
    }
}

static cog_meter_pool_t *find_pool(cog_meter_shm_t *meter, const char *issuer)
{
    for (int i = 0; i < COG_METER_POOLS; ++i) {
        if (strncmp(meter->pools[i].issuer, issuer, COG_METER_NAME - 1) == 0) {
            return &meter->pools[i];
        }
    }
    return NULL;
}

/* A process that has older ones does not take that back. */
static void raise_to(_Atomic apr_time_t *place, apr_time_t time)
{
    apr_time_t seen = atomic_load(place);

    while (seen < time && !atomic_compare_exchange_weak(place, &seen, time)) {
    }
}

static void note_keys(void *context, const char *issuer, cog_err_t err, apr_time_t at)
{
    const cog_meter_user_t *user = context;
    cog_meter_pool_t *pool = find_pool(user->meter, issuer);

    if (pool && err == COG_OK) {
        raise_to(&pool->keys_at, at);
    }
    else if (pool) {
        atomic_store(&pool->error, (int)err);
        atomic_store(&pool->failed_at, at);
    }
}

static void note_outage(void *context, const char *issuer, int is_out, apr_time_t now)
{
    const cog_meter_user_t *user = context;
    cog_meter_pool_t *pool = find_pool(user->meter, issuer);

    if (pool) {
        atomic_store(&pool->out_at, is_out ? now : 0);
    }
}

static void note_problem(void *context, const cog_problem_t *problem)
{
    const cog_meter_user_t *user = context;

    cog_problem_list_add(&user->meter->problems, problem);
}

void cog_meter_shm_use(cog_meter_shm_t *meter, unsigned long number,
                       cog_meter_user_t *user)
{
    user->port =
        (cog_meter_t){user, count, note_call, note_keys, note_outage, note_problem};
    user->meter = meter;
    user->stripe = &meter->stripes[number % COG_METER_STRIPES];
}

/* ---- what the configuration knows of ---- */

void cog_meter_shm_forget_names(cog_meter_shm_t *meter)
{
    for (int i = 0; i < COG_METER_POOLS; ++i) {
        atomic_store(&meter->pools[i].is_known, 0);
    }
    for (int i = 0; i < COG_METER_STORES; ++i) {
        atomic_store(&meter->stores[i].is_known, 0);
    }
}

static cog_meter_pool_t *free_pool(cog_meter_shm_t *meter)
{
    for (int i = 0; i < COG_METER_POOLS; ++i) {
        if (!atomic_load(&meter->pools[i].is_known)) {
            return &meter->pools[i];
        }
    }
    return NULL;
}

void cog_meter_shm_know_issuer(cog_meter_shm_t *meter, const char *issuer)
{
    cog_meter_pool_t *pool = find_pool(meter, issuer);

    if (!pool) {
        pool = free_pool(meter);
        if (!pool) {
            return;
        }
        memset(pool, 0, sizeof(*pool));
        apr_cpystrn(pool->issuer, issuer, sizeof(pool->issuer));
    }
    atomic_store(&pool->is_known, 1);
}
