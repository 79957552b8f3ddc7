#include <apr_strings.h>
#include <http_protocol.h>
#include <jansson.h>

#include "base/json.h"
#include "httpd/status/status.h"
#include "version.h"

static json_int_t counted(const cog_status_t *status, cog_event_t event)
{
    return (json_int_t)status->figures.counts[event];
}

static json_t *time_of(const cog_status_t *status, apr_time_t time)
{
    return time ? json_string(cog_status_time(status->pool, time)) : json_null();
}

static json_t *logins_of(const cog_status_t *status)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "begun",
                     counted(status, COG_EVENT_LOGIN_BEGUN), "returned",
                     counted(status, COG_EVENT_LOGIN_RETURNED), "callbacks",
                     counted(status, COG_EVENT_CALLBACK), "in_flight",
                     (json_int_t)cog_status_in_flight(status));
}

static json_t *sessions_of(const cog_status_t *status)
{
    return json_pack("{s:I, s:I, s:I, s:{s:I, s:I, s:I}, s:I}", "started",
                     counted(status, COG_EVENT_SESSION_STARTED), "renewed",
                     counted(status, COG_EVENT_SESSION_RENEWED), "requests",
                     counted(status, COG_EVENT_SESSION_ACCEPTED), "ended", "logout",
                     counted(status, COG_EVENT_ENDED_BY_LOGOUT), "login",
                     counted(status, COG_EVENT_ENDED_BY_LOGIN), "renewal",
                     counted(status, COG_EVENT_ENDED_BY_RENEWAL), "users_ended",
                     counted(status, COG_EVENT_USER_ENDED));
}

static json_t *bearer_of(const cog_status_t *status)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "accepted",
                     counted(status, COG_EVENT_BEARER_ACCEPTED), "refused",
                     counted(status, COG_EVENT_BEARER_REFUSED), "cache_hits",
                     counted(status, COG_EVENT_TOKEN_KNOWN), "cache_misses",
                     counted(status, COG_EVENT_TOKEN_VERIFIED));
}

/* Those that have happened. */
static json_t *refusals_of(const cog_status_t *status)
{
    json_t *refusals = json_object();

    for (int err = COG_OK + 1; err < COG_ERR_COUNT; ++err) {
        json_int_t count = counted(status, (cog_event_t)(COG_EVENT_REFUSED + err));

        if (count > 0) {
            json_object_set_new(refusals, cog_err_name((cog_err_t)err),
                                json_integer(count));
        }
    }
    return refusals;
}

static json_t *recent_calls(const cog_status_t *status, cog_call_kind_t kind, int minutes)
{
    cog_call_sum_t sum = cog_status_calls(status, kind, minutes);

    return json_pack("{s:I, s:I, s:f}", "calls", (json_int_t)sum.count, "failed",
                     (json_int_t)sum.failed, "mean_seconds", sum.seconds);
}

static json_t *endpoints_of(const cog_status_t *status)
{
    json_t *endpoints = json_object();

    for (int i = 0; i < COG_CALL_COUNT; ++i) {
        cog_call_kind_t kind = (cog_call_kind_t)i;
        const uint64_t *results = status->figures.calls[i].results;

        json_object_set_new(endpoints, cog_status_call_name(kind),
                            json_pack("{s:I, s:I, s:I, s:o, s:o, s:o}", "ok",
                                      (json_int_t)results[COG_CALL_ANSWERED], "refused",
                                      (json_int_t)results[COG_CALL_REFUSED], "failed",
                                      (json_int_t)results[COG_CALL_FAILED], "last_minute",
                                      recent_calls(status, kind, 1), "last_5_minutes",
                                      recent_calls(status, kind, 5), "last_60_minutes",
                                      recent_calls(status, kind, 60)));
    }
    return endpoints;
}

static json_t *pools_of(const cog_status_t *status)
{
    json_t *pools = json_array();

    for (int i = 0; i < status->figures.pool_count; ++i) {
        const cog_pool_figures_t *pool = &status->figures.pools[i];

        json_array_append_new(
            pools,
            json_pack("{s:s, s:o, s:o, s:o, s:b}", "issuer", pool->issuer, "keys_fetched",
                      time_of(status, pool->keys_at), "keys_refresh",
                      time_of(status, cog_status_next_keys(pool)), "keys_failed",
                      time_of(status, pool->failed_at), "circuit_open", pool->is_out));
    }
    return pools;
}

static json_t *stores_of(const cog_status_t *status)
{
    json_t *stores = json_array();

    for (int i = 0; i < status->figures.store_count; ++i) {
        const cog_store_figures_t *store = &status->figures.stores[i];
        int percent = status->percent[i];

        json_array_append_new(
            stores, json_pack("{s:s, s:I, s:I, s:i, s:o, s:b, s:o}", "store", store->name,
                              "calls", (json_int_t)store->calls, "failed",
                              (json_int_t)store->failed, "failed_in_a_row",
                              (int)store->failed_in_a_row, "last_failure",
                              time_of(status, store->failed_at), "circuit_open",
                              cog_status_is_store_out(store), "used_percent",
                              percent < 0 ? json_null() : json_integer(percent)));
    }
    return stores;
}

static json_t *problems_of(const cog_status_t *status)
{
    json_t *problems = json_array();

    for (int i = 0; i < status->figures.problem_count; ++i) {
        const cog_problem_entry_t *problem = &status->figures.problems[i];

        json_array_append_new(
            problems,
            json_pack("{s:s, s:s, s:s, s:i, s:o, s:o, s:s, s:s, s:s}", "cause",
                      cog_err_name(problem->err), "text", cog_err_text(problem->err),
                      "level", problem->is_error ? "error" : "warning", "count",
                      (int)problem->count, "first", time_of(status, problem->first),
                      "last", time_of(status, problem->last), "incident",
                      problem->incident, "site", problem->site, "remedy",
                      problem->remedy));
    }
    return problems;
}

void cog_status_write_json(request_rec *r, const cog_status_t *status)
{
    json_t *all = json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "version",
        COG_VERSION, "server", status->name, "now", time_of(status, status->now), "since",
        time_of(status, status->figures.since), "complaints",
        cog_json_of_texts(cog_status_complaints(status)), "logins", logins_of(status),
        "sessions", sessions_of(status), "bearer", bearer_of(status), "refusals",
        refusals_of(status), "endpoints", endpoints_of(status), "pools", pools_of(status),
        "stores", stores_of(status), "problems", problems_of(status));
    const char *text = cog_json_write(r->pool, cog_json_own(r->pool, all));

    ap_set_content_type(r, "application/json");
    ap_rputs(text, r);
}
