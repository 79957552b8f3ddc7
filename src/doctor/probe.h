/* An app client that is examined: what is configured, how to ask, what is known so far.
 * Checks run in the order of their table, and later ones build on what earlier ones
 * found. */
#ifndef COG_DOCTOR_PROBE_H
#define COG_DOCTOR_PROBE_H

#include <apr_hash.h>
#include <apr_pools.h>

#include "doctor/login_answer.h"
#include "doctor/reason.h"
#include "doctor/report.h"
#include "flow/conf.h"
#include "flow/ports.h"
#include "flow/provider/provider.h"
#include "oidc/endpoints.h"

/* A client's secret; `problem` when it cannot be had. */
typedef struct {
    cog_secret_t secret;
    const char *problem; /* NULL: none */
} cog_known_secret_t;

typedef struct {
    apr_pool_t *pool;
    const cog_conf_t *conf;
    const cog_client_conf_t *client;
    const cog_provider_conf_t *provider;
    cog_known_secret_t secrets[COG_MAX_SECRETS]; /* of `client`, as many as it has */
    const char *way; /* how calls go: "directly, trusting the system's certificates" */
    cog_fetcher_t fetcher;
    cog_clock_t clock;
    apr_hash_t *asked; /* what was fetched without a form, shared by all probes */
    /* found on the way */
    cog_reason_t *reason;      /* why a call failed */
    cog_err_t failure;         /* the same, of the last call; COG_OK: it did not */
    int is_reached;            /* the issuer's host answers for the user pool */
    cog_endpoints_t endpoints; /* complete, once they are known */
    int has_endpoints;
    cog_login_answer_t login; /* to the authorize request, of the first origin */
} cog_probe_t;

/* Make ready: `probe` has all members but those that are found. */
void cog_probe_prepare(cog_probe_t *probe, cog_report_t *report);

/* Ask. Returns NULL, or why there is no answer. What has no form is asked once. */
const char *cog_probe_fetch(cog_probe_t *probe, const cog_fetch_request_t *request,
                            cog_fetch_response_t *response);

/* The same of a URL. */
const char *cog_probe_get(cog_probe_t *probe, const char *url,
                          cog_fetch_response_t *response);

/* 429 and 5xx: nothing can be concluded. */
int cog_probe_is_busy(int status);

/* The callback URL and the sign-out URL of the n-th origin. */
const char *cog_probe_callback(const cog_probe_t *probe, int n);
const char *cog_probe_signed_out(const cog_probe_t *probe, int n);

#endif
