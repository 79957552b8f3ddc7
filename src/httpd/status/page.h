/* Shared by the files of the status page only. */
#ifndef COG_HTTPD_STATUS_PAGE_H
#define COG_HTTPD_STATUS_PAGE_H

#include "httpd/status/status.h"

typedef struct {
    request_rec *r;
    const cog_status_t *status;
} cog_status_page_t;

/* ---- words, as HTML ---- */

const char *cog_status_escaped(const cog_status_page_t *page, const char *text);

/* 1234567 as 1 234 567, with a thin space that does not break. */
const char *cog_status_number(const cog_status_page_t *page, uint64_t value);

/* 2026-11-25 19:00 UTC */
const char *cog_status_day(const cog_status_page_t *page, apr_time_t time);

/* 5 min ago; never. */
const char *cog_status_ago(const cog_status_page_t *page, apr_time_t time);

/* in 5 min; when needed. */
const char *cog_status_until(const cog_status_page_t *page, apr_time_t time);

const char *cog_status_badge(const cog_status_page_t *page, int is_good,
                             const char *text);

/* ---- parts ---- */

/* Sixty values, the present minute first, as bars; those of `parts`, which are contained
 * in them, in another colour. `label` is what it shows, for who does not see it. */
typedef struct {
    const char *label;
    uint64_t all[COG_METER_MINUTES];
    uint64_t parts[COG_METER_MINUTES];
} cog_chart_t;

void cog_status_write_chart(request_rec *r, const cog_chart_t *chart);

void cog_status_write_endpoints(const cog_status_page_t *page);
void cog_status_write_pools(const cog_status_page_t *page);
void cog_status_write_stores(const cog_status_page_t *page);
void cog_status_write_problems(const cog_status_page_t *page);

extern const char cog_status_style[];

#endif
