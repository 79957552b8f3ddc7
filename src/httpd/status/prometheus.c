/* The text format of Prometheus 0.0.4. Names and labels are a contract:
 * docs/monitoring.md has the list. */
#include <apr_strings.h>
#include <string.h>
#include <http_protocol.h>

#include "httpd/status/status.h"
#include "version.h"

typedef struct {
    request_rec *r;
    const cog_status_t *status;
} writer_t;

static void describe(const writer_t *writer, const char *name, const char *type,
                     const char *help)
{
    ap_rprintf(writer->r, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* In a label value `\`, `"` and line feeds are escaped. */
static const char *label(const writer_t *writer, const char *value)
{
    char *escaped = apr_palloc(writer->status->pool, 2 * strlen(value) + 1);
    char *to = escaped;

    for (const char *c = value; *c; ++c) {
        if (*c == '\\' || *c == '"' || *c == '\n') {
            *to++ = '\\';
        }
        *to++ = *c == '\n' ? 'n' : *c;
    }
    *to = '\0';
    return escaped;
}

static void write_one(const writer_t *writer, const char *name, const char *type,
                      const char *help, uint64_t value)
{
    describe(writer, name, type, help);
    ap_rprintf(writer->r, "%s %" APR_UINT64_T_FMT "\n", name, value);
}

static uint64_t counted(const writer_t *writer, cog_event_t event)
{
    return writer->status->figures.counts[event];
}

/* clang-format off */
/* A counter without labels. */
static const struct {
    const char *name;
    cog_event_t event;
    const char *help;
} counters[] = {
    {"cognito_logins_begun_total", COG_EVENT_LOGIN_BEGUN,
     "Redirects to the hosted UI."},
    {"cognito_logins_returned_total", COG_EVENT_LOGIN_RETURNED,
     "Callbacks that belonged to a login that was begun."},
    {"cognito_callbacks_total", COG_EVENT_CALLBACK,
     "Requests to a callback."},
    {"cognito_sessions_started_total", COG_EVENT_SESSION_STARTED,
     "Users signed in."},
    {"cognito_sessions_renewed_total", COG_EVENT_SESSION_RENEWED,
     "Sessions whose claims were renewed with the refresh token."},
    {"cognito_bearer_tokens_accepted_total", COG_EVENT_BEARER_ACCEPTED,
     "Requests let in by a bearer token."},
    {"cognito_bearer_tokens_refused_total", COG_EVENT_BEARER_REFUSED,
     "Requests refused for their bearer token."},
    {"cognito_bearer_cache_hits_total", COG_EVENT_TOKEN_KNOWN,
     "Bearer tokens that had been verified before."},
    {"cognito_bearer_cache_misses_total", COG_EVENT_TOKEN_VERIFIED,
     "Bearer tokens whose signature was verified."},
    {"cognito_session_requests_total", COG_EVENT_SESSION_ACCEPTED,
     "Requests let in by a session."},
    {"cognito_problems_total", COG_EVENT_PROBLEM,
     "Failures that the error log tells at warning or error."},
};
/* clang-format on */

static void write_counters(const writer_t *writer)
{
    for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); ++i) {
        write_one(writer, counters[i].name, "counter", counters[i].help,
                  counted(writer, counters[i].event));
    }
    write_one(writer, "cognito_logins_in_flight", "gauge",
              "Logins of the last 15 minutes that have not come back.",
              cog_status_in_flight(writer->status));
}

static void write_ended(const writer_t *writer)
{
    static const struct {
        const char *cause;
        cog_event_t event;
    } causes[] = {
        {"logout",  COG_EVENT_ENDED_BY_LOGOUT },
        {"login",   COG_EVENT_ENDED_BY_LOGIN  },
        {"renewal", COG_EVENT_ENDED_BY_RENEWAL},
    };

    describe(writer, "cognito_sessions_ended_total", "counter",
             "Sessions that ended before their time, by what ended them.");
    for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); ++i) {
        ap_rprintf(writer->r,
                   "cognito_sessions_ended_total{cause=\"%s\"} %" APR_UINT64_T_FMT "\n",
                   causes[i].cause, counted(writer, causes[i].event));
    }
    write_one(writer, "cognito_users_ended_total", "counter",
              "Users all of whose sessions were ended with CognitoRevokeKey.",
              counted(writer, COG_EVENT_USER_ENDED));
}

static void write_refusals(const writer_t *writer)
{
    describe(writer, "cognito_refusals_total", "counter",
             "Requests that were not let in, or failed, by cause.");
    for (int err = COG_OK + 1; err < COG_ERR_COUNT; ++err) {
        ap_rprintf(writer->r,
                   "cognito_refusals_total{cause=\"%s\"} %" APR_UINT64_T_FMT "\n",
                   cog_err_name((cog_err_t)err),
                   counted(writer, (cog_event_t)(COG_EVENT_REFUSED + err)));
    }
}

/* ---- calls to the user pools ---- */

static void write_calls(const writer_t *writer)
{
    static const char *const results[COG_CALL_RESULTS] = {"ok", "refused", "failed"};

    describe(writer, "cognito_endpoint_calls_total", "counter",
             "Calls to endpoints of the user pools; refused is 4xx, failed is no answer, "
             "429 and 5xx.");
    for (int kind = 0; kind < COG_CALL_COUNT; ++kind) {
        for (int i = 0; i < COG_CALL_RESULTS; ++i) {
            ap_rprintf(writer->r,
                       "cognito_endpoint_calls_total{endpoint=\"%s\",result=\"%s\"} "
                       "%" APR_UINT64_T_FMT "\n",
                       cog_status_call_name((cog_call_kind_t)kind), results[i],
                       writer->status->figures.calls[kind].results[i]);
        }
    }
}

static void write_durations_of(const writer_t *writer, cog_call_kind_t kind)
{
    static const char name[] = "cognito_endpoint_duration_seconds";
    const cog_call_figures_t *call = &writer->status->figures.calls[kind];
    const char *endpoint = cog_status_call_name(kind);
    uint64_t below = 0;

    for (int i = 0; i < COG_DURATION_CLASSES; ++i) {
        int is_last = i == COG_DURATION_CLASSES - 1;
        const char *limit = is_last ? "+Inf"
                                    : apr_psprintf(writer->status->pool, "%g",
                                                   cog_meter_duration_limits[i] / 1000.0);

        below += call->classes[i];
        ap_rprintf(writer->r,
                   "%s_bucket{endpoint=\"%s\",le=\"%s\"} %" APR_UINT64_T_FMT "\n", name,
                   endpoint, limit, below);
    }
    ap_rprintf(writer->r, "%s_sum{endpoint=\"%s\"} %.6f\n", name, endpoint,
               (double)call->duration / 1e6);
    ap_rprintf(writer->r, "%s_count{endpoint=\"%s\"} %" APR_UINT64_T_FMT "\n", name,
               endpoint, below);
}

static void write_durations(const writer_t *writer)
{
    describe(writer, "cognito_endpoint_duration_seconds", "histogram",
             "How long calls to endpoints of the user pools took.");
    for (int kind = 0; kind < COG_CALL_COUNT; ++kind) {
        write_durations_of(writer, (cog_call_kind_t)kind);
    }
}

/* ---- user pools ---- */

typedef apr_int64_t (*pool_value_t)(const cog_pool_figures_t *pool);

static apr_int64_t keys_at(const cog_pool_figures_t *pool)
{
    return apr_time_sec(pool->keys_at);
}

static apr_int64_t next_keys(const cog_pool_figures_t *pool)
{
    return apr_time_sec(cog_status_next_keys(pool));
}

static apr_int64_t has_keys(const cog_pool_figures_t *pool)
{
    return !cog_status_has_stale_keys(pool);
}

static apr_int64_t is_out(const cog_pool_figures_t *pool)
{
    return pool->is_out;
}

/* clang-format off */
/* A gauge for each user pool. */
static const struct {
    const char *name;
    pool_value_t value;
    const char *help;
} gauges[] = {
    {"cognito_keys_fetched_timestamp_seconds", keys_at,
     "When the keys of a user pool were fetched last; 0 for never."},
    {"cognito_keys_refresh_timestamp_seconds", next_keys,
     "When they are fetched again; 0 for at the next login."},
    {"cognito_keys_up", has_keys,
     "1 unless the last fetch of the keys has failed."},
    {"cognito_endpoint_circuit_open", is_out,
     "1 while the token endpoint is asked seldom, because it did not answer."},
};
/* clang-format on */

static void write_pools(const writer_t *writer)
{
    for (size_t i = 0; i < sizeof(gauges) / sizeof(*gauges); ++i) {
        describe(writer, gauges[i].name, "gauge", gauges[i].help);
        for (int n = 0; n < writer->status->figures.pool_count; ++n) {
            const cog_pool_figures_t *pool = &writer->status->figures.pools[n];

            ap_rprintf(writer->r, "%s{issuer=\"%s\"} %" APR_INT64_T_FMT "\n",
                       gauges[i].name, label(writer, pool->issuer),
                       gauges[i].value(pool));
        }
    }
}

/* ---- stores ---- */

static void write_store_calls(const writer_t *writer)
{
    static const char name[] = "cognito_store_calls_total";

    describe(writer, name, "counter", "Calls to the store that processes share.");
    for (int i = 0; i < writer->status->figures.store_count; ++i) {
        const cog_store_figures_t *store = &writer->status->figures.stores[i];
        const char *which = label(writer, store->name);

        ap_rprintf(writer->r, "%s{store=\"%s\",result=\"ok\"} %" APR_UINT64_T_FMT "\n",
                   name, which, store->calls - store->failed);
        ap_rprintf(writer->r,
                   "%s{store=\"%s\",result=\"failed\"} %" APR_UINT64_T_FMT "\n", name,
                   which, store->failed);
    }
}

static void write_store_states(const writer_t *writer)
{
    const cog_figures_t *figures = &writer->status->figures;

    describe(writer, "cognito_store_up", "gauge", "1 unless the last call has failed.");
    for (int i = 0; i < figures->store_count; ++i) {
        ap_rprintf(writer->r, "cognito_store_up{store=\"%s\"} %d\n",
                   label(writer, figures->stores[i].name),
                   figures->stores[i].failed_in_a_row == 0);
    }
    describe(writer, "cognito_store_circuit_open", "gauge",
             "1 while the store is asked seldom, because it failed again and again.");
    for (int i = 0; i < figures->store_count; ++i) {
        ap_rprintf(writer->r, "cognito_store_circuit_open{store=\"%s\"} %d\n",
                   label(writer, figures->stores[i].name),
                   cog_status_is_store_out(&figures->stores[i]));
    }
    describe(writer, "cognito_store_used_ratio", "gauge",
             "How much of its room is taken; of stores in shared memory.");
    for (int i = 0; i < figures->store_count; ++i) {
        if (writer->status->percent[i] >= 0) {
            ap_rprintf(writer->r, "cognito_store_used_ratio{store=\"%s\"} %.2f\n",
                       label(writer, figures->stores[i].name),
                       writer->status->percent[i] / 100.0);
        }
    }
}

void cog_status_write_prometheus(request_rec *r, const cog_status_t *status)
{
    const writer_t writer = {r, status};

    ap_set_content_type(r, "text/plain; version=0.0.4; charset=utf-8");
    describe(&writer, "cognito_info", "gauge", "The module.");
    ap_rputs("cognito_info{version=\"" COG_VERSION "\"} 1\n", r);
    write_one(&writer, "cognito_start_time_seconds", "gauge",
              "When the counting began, at a start of httpd.",
              (uint64_t)apr_time_sec(status->figures.since));
    write_counters(&writer);
    write_ended(&writer);
    write_refusals(&writer);
    write_calls(&writer);
    write_durations(&writer);
    write_pools(&writer);
    write_store_calls(&writer);
    write_store_states(&writer);
}
