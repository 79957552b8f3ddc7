/* The world, as the core sees it. Each port has one implementation outside the core and
 * one in the tests. */
#ifndef COG_FLOW_PORTS_H
#define COG_FLOW_PORTS_H

#include <apr_pools.h>
#include <apr_time.h>

#include "base/error.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/span.h"
#include "crypto/random.h"
#include "flow/audit.h"
#include "flow/meter.h"

/* One call to the user pool. */
typedef struct {
    cog_call_kind_t kind;
    const char *url;
    cog_secret_t form; /* POST this application/x-www-form-urlencoded body; unset: GET */
    cog_secret_t authorization; /* value of the Authorization header; unset: none */
    const char *accept;         /* "application/json" */
    apr_interval_time_t limit;  /* in microseconds; 0: as CognitoTimeout says */
} cog_fetch_request_t;

typedef struct {
    int status;
    cog_span_t body;      /* at most COG_FETCH_MAX_BODY bytes, followed by a NUL */
    apr_time_t date;      /* the answer's Date, 0 when it has none */
    const char *location; /* its Location, NULL when it has none; never followed */
} cog_fetch_response_t;

#define COG_FETCH_MAX_BODY (1024 * 1024)

typedef struct {
    void *context;
    /* Every answer with a status is COG_OK; no answer in time, a broken one, a bad
     * certificate is COG_E_IDP_UNREACHABLE, a proxy that asks for another user or
     * password COG_E_PROXY_AUTH; both have been logged. Redirects are answers, never
     * followed. Thread-safe. */
    cog_err_t (*fetch)(void *context, apr_pool_t *pool, const cog_log_t *log,
                       const cog_fetch_request_t *request,
                       cog_fetch_response_t *response);
} cog_fetcher_t;

typedef struct {
    void *context;
    apr_time_t (*now)(void *context); /* wall clock, in microseconds */
    void (*pause)(void *context, apr_interval_time_t duration); /* of this thread */
} cog_clock_t;

#define COG_STORE_MAX_KEY   200
#define COG_STORE_MAX_VALUE (64 * 1024)

/* What processes and hosts share: small values under keys, each with an end. A key is at
 * most COG_STORE_MAX_KEY printable ASCII characters without blanks; a value at most
 * COG_STORE_MAX_VALUE bytes, which its owner has sealed for its key. Lives end after
 * `ttl_sec` seconds, at least one. COG_E_STORE when the store cannot be asked, or its
 * answer is in doubt: it has been logged, and nothing may be concluded from it.
 * Thread-safe; no call takes longer than half a second. */
typedef struct {
    void *context;
    /* COG_E_NOT_FOUND when nothing is there (any more). */
    cog_err_t (*get)(void *context, apr_pool_t *pool, const cog_log_t *log,
                     const char *key, cog_span_t *value);
    cog_err_t (*set)(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec);
    /* COG_E_EXISTS when something is there: of many that add at once, one has COG_OK. */
    cog_err_t (*add)(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec);
    /* COG_OK also when nothing was there. */
    cog_err_t (*remove)(void *context, const cog_log_t *log, const char *key);
} cog_store_t;

typedef struct cog_ports_t {
    cog_clock_t clock;
    const cog_random_t *random;
    cog_fetcher_t fetcher;
    cog_store_t store;
    cog_store_t documents; /* of this host alone, and kept over restarts: what user pools
                              publish, not sealed */
    const cog_log_t *log;
    const cog_meter_t *meter;     /* NULL: nobody wants to know */
    const cog_auditor_t *auditor; /* likewise */
} cog_ports_t;

#endif
