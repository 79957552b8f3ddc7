/* `httpd -t -D CHECK_COGNITO`: is everything there and right, here and at the user pool?
 */
#ifndef COG_HTTPD_DOCTOR_DOCTOR_H
#define COG_HTTPD_DOCTOR_DOCTOR_H

#include "doctor/report.h"
#include "httpd/conf/resolve.h"

/* Check all `hosts`, cog_host_t, and print what was found to the standard output, as
 * JSON or for people. Returns whether nothing has failed. Changes nothing. */
int cog_doctor_examine(apr_pool_t *pool, const cog_tree_t *tree,
                       const apr_array_header_t *hosts, int is_json);

/* A virtual host that is examined. */
typedef struct {
    apr_pool_t *pool;
    const cog_tree_t *tree;
    const cog_host_t *host;
} cog_host_probe_t;

/* For a cog_host_probe_t. */
extern const cog_check_t cog_host_checks[];

/* host.c */
void cog_check_base_url(cog_report_t *report, void *context);
void cog_check_server_name(cog_report_t *report, void *context);
void cog_check_cookies(cog_report_t *report, void *context);
void cog_check_headers(cog_report_t *report, void *context);
void cog_check_trace(cog_report_t *report, void *context);

/* deny.c */
void cog_check_default_deny(cog_report_t *report, void *context);

/* secrets.c */
void cog_check_keys_kept(cog_report_t *report, void *context);
void cog_check_state(cog_report_t *report, void *context);

/* store.c */
void cog_check_store(cog_report_t *report, void *context);

#endif
