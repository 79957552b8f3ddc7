/* What follows from the figures. */
#include <apr_strings.h>

#include "flow/provider/single_flight.h"
#include "httpd/status/status.h"
#include "net/server/breaker.h"
#include "session/login_state.h"

#define PROBLEM_MINUTES 15
#define CALL_MINUTES    5
#define FEW_CALLS       3
#define BAD_SHARE       10 /* one of so many */

cog_call_sum_t cog_status_calls(const cog_status_t *status, cog_call_kind_t kind,
                                int minutes)
{
    cog_call_sum_t sum = {0};
    double microseconds = 0;

    for (int i = 0; i < minutes; ++i) {
        const cog_minute_figures_t *minute = &status->figures.minutes[i];

        sum.count += minute->calls[kind].count;
        sum.failed += minute->calls[kind].failed;
        microseconds += (double)minute->calls[kind].duration;
    }
    sum.seconds = sum.count > 0 ? microseconds / (double)sum.count / 1e6 : 0;
    return sum;
}

uint64_t cog_status_events(const cog_status_t *status, cog_event_t event, int minutes)
{
    uint64_t sum = 0;

    for (int i = 0; i < minutes; ++i) {
        sum += status->figures.minutes[i].events[event];
    }
    return sum;
}

uint64_t cog_status_in_flight(const cog_status_t *status)
{
    const int minutes = COG_LOGIN_SEC / 60;
    uint64_t begun = cog_status_events(status, COG_EVENT_LOGIN_BEGUN, minutes);
    uint64_t returned = cog_status_events(status, COG_EVENT_LOGIN_RETURNED, minutes);

    return begun > returned ? begun - returned : 0;
}

int cog_status_has_stale_keys(const cog_pool_figures_t *pool)
{
    return pool->failed_at > pool->keys_at;
}

int cog_status_is_store_out(const cog_store_figures_t *store)
{
    return store->failed_in_a_row >= COG_BREAKER_FAILURES;
}

apr_time_t cog_status_next_keys(const cog_pool_figures_t *pool)
{
    return pool->keys_at ? pool->keys_at + apr_time_from_sec(COG_METADATA_AHEAD_SEC) : 0;
}

const char *cog_status_call_name(cog_call_kind_t kind)
{
    static const char *const names[COG_CALL_COUNT] = {
#define COG_CALL_NAME(id, name) [id] = (name),
        COG_CALLS(COG_CALL_NAME)
#undef COG_CALL_NAME
    };

    return names[kind];
}

const char *cog_status_time(apr_pool_t *pool, apr_time_t time)
{
    apr_time_exp_t at;

    if (time == 0) {
        return "";
    }
    apr_time_exp_gmt(&at, time);
    return apr_psprintf(pool, "%04d-%02d-%02dT%02d:%02d:%02dZ", at.tm_year + 1900,
                        at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec);
}

/* ---- complaints ---- */

static void complain(apr_array_header_t *complaints, const char *sentence)
{
    APR_ARRAY_PUSH(complaints, const char *) = sentence;
}

static void look_at_pools(const cog_status_t *status, apr_array_header_t *complaints)
{
    for (int i = 0; i < status->figures.pool_count; ++i) {
        const cog_pool_figures_t *pool = &status->figures.pools[i];

        if (pool->is_out) {
            complain(complaints, apr_pstrcat(status->pool, "The token endpoint of ",
                                             pool->issuer, " does not answer.", NULL));
        }
        if (cog_status_has_stale_keys(pool)) {
            complain(complaints, apr_pstrcat(status->pool, "The keys of ", pool->issuer,
                                             " could not be fetched: ",
                                             cog_err_text(pool->error), ".", NULL));
        }
    }
}

static void look_at_stores(const cog_status_t *status, apr_array_header_t *complaints)
{
    for (int i = 0; i < status->figures.store_count; ++i) {
        const cog_store_figures_t *store = &status->figures.stores[i];

        if (store->failed_in_a_row > 0) {
            complain(complaints,
                     apr_psprintf(status->pool,
                                  "The store %s has failed %u times in a row.",
                                  store->name, store->failed_in_a_row));
        }
        if (status->percent[i] >= 80) {
            complain(complaints, apr_psprintf(status->pool, "The store %s is %d %% full.",
                                              store->name, status->percent[i]));
        }
    }
}

static void look_at_calls(const cog_status_t *status, apr_array_header_t *complaints)
{
    for (int kind = 0; kind < COG_CALL_COUNT; ++kind) {
        cog_call_sum_t sum =
            cog_status_calls(status, (cog_call_kind_t)kind, CALL_MINUTES);

        if (sum.count >= FEW_CALLS && sum.failed * BAD_SHARE >= sum.count) {
            complain(
                complaints,
                apr_psprintf(status->pool,
                             "Calls for %s in the last %d minutes: %" APR_UINT64_T_FMT
                             " of %" APR_UINT64_T_FMT " failed.",
                             cog_status_call_name((cog_call_kind_t)kind), CALL_MINUTES,
                             sum.failed, sum.count));
        }
    }
}

static void look_at_problems(const cog_status_t *status, apr_array_header_t *complaints)
{
    for (int i = 0; i < status->figures.problem_count; ++i) {
        const cog_problem_entry_t *problem = &status->figures.problems[i];

        if (problem->is_error &&
            problem->last > status->now - apr_time_from_sec(60 * PROBLEM_MINUTES)) {
            complain(complaints, "There were errors in the last 15 minutes: see below.");
            return;
        }
    }
}

apr_array_header_t *cog_status_complaints(const cog_status_t *status)
{
    apr_array_header_t *complaints =
        apr_array_make(status->pool, 4, sizeof(const char *));

    look_at_pools(status, complaints);
    look_at_stores(status, complaints);
    look_at_calls(status, complaints);
    look_at_problems(status, complaints);
    return complaints;
}
