/* The status page: what has been counted (net/meter/meter_shm.h), for people and for
 * programs. Who may see it is for `Require` to say. */
#ifndef COG_HTTPD_STATUS_STATUS_H
#define COG_HTTPD_STATUS_STATUS_H

#include <httpd.h>

#include "httpd/start/stores.h"
#include "net/meter/meter_shm.h"

typedef struct {
    apr_pool_t *pool;
    apr_time_t now;
    const char *name; /* of this server */
    cog_figures_t figures;
    int percent[COG_METER_STORES]; /* how full the stores are; -1: not known */
    int refresh_sec;               /* 0: the page stays as it is */
} cog_status_t;

/* The handler `cognito-status`. */
int cog_status_handle(request_rec *r);

/* The forms it has; each sets its content type. */
void cog_status_write_page(request_rec *r, const cog_status_t *status);
void cog_status_write_json(request_rec *r, const cog_status_t *status);
void cog_status_write_prometheus(request_rec *r, const cog_status_t *status);

/* ---- what follows from the figures ---- */

/* The calls of the last minutes. */
typedef struct {
    uint64_t count;
    uint64_t failed;
    double seconds; /* on average; 0 when there were none */
} cog_call_sum_t;

cog_call_sum_t cog_status_calls(const cog_status_t *status, cog_call_kind_t kind,
                                int minutes);

/* How often something rare has happened in the last minutes. */
uint64_t cog_status_events(const cog_status_t *status, cog_event_t event, int minutes);

/* Logins that have begun and may still come back. */
uint64_t cog_status_in_flight(const cog_status_t *status);

/* The last fetch of its keys came to nothing. */
int cog_status_has_stale_keys(const cog_pool_figures_t *pool);

/* Is this store failing so steadily that it is asked seldom? */
int cog_status_is_store_out(const cog_store_figures_t *store);

/* When its keys are fetched again; 0: at the next login. */
apr_time_t cog_status_next_keys(const cog_pool_figures_t *pool);

/* What an admin should look at: sentences, `const char *`; empty: all is well. */
apr_array_header_t *cog_status_complaints(const cog_status_t *status);

const char *cog_status_call_name(cog_call_kind_t kind);

/* 2026-11-25T19:00:00Z; "" for never. */
const char *cog_status_time(apr_pool_t *pool, apr_time_t time);

#endif
