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

/* One call to the user pool. */
typedef struct {
    const char *url;
    cog_secret_t form; /* POST this application/x-www-form-urlencoded body; unset: GET */
    cog_secret_t authorization; /* value of the Authorization header; unset: none */
    const char *accept;         /* "application/json" */
    apr_interval_time_t
        limit; /* at most this long, in microseconds; 0: the configured total */
} cog_fetch_request_t;

typedef struct {
    int status;
    cog_span_t body; /* at most COG_FETCH_MAX_BODY bytes, followed by a NUL */
    apr_time_t date; /* the answer's Date, 0 when it has none */
} cog_fetch_response_t;

#define COG_FETCH_MAX_BODY (1024 * 1024)

typedef struct {
    void *context;
    /* Every answer with a status is COG_OK; no answer in time, a broken one, a bad
     * certificate is COG_E_IDP_UNREACHABLE and has been logged. Redirects are answers,
     * never followed. Thread-safe. */
    cog_err_t (*fetch)(void *context, apr_pool_t *pool, const cog_log_t *log,
                       const cog_fetch_request_t *request,
                       cog_fetch_response_t *response);
} cog_fetcher_t;

typedef struct {
    void *context;
    apr_time_t (*now)(void *context); /* wall clock, in microseconds */
} cog_clock_t;

typedef struct cog_ports_t {
    cog_clock_t clock;
    const cog_random_t *random;
    cog_fetcher_t fetcher;
    const cog_log_t *log;
} cog_ports_t;

#endif
