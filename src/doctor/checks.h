/* The checks of an app client and its user pool, in the order in which they are made. */
#ifndef COG_DOCTOR_CHECKS_H
#define COG_DOCTOR_CHECKS_H

#include "doctor/probe.h"
#include "doctor/report.h"

/* For a cog_probe_t that was prepared. */
extern const cog_check_t cog_client_checks[];

typedef void cog_check_run_t(cog_report_t *report, void *context);

/* check_pool.c */
cog_check_run_t cog_check_reach, cog_check_pool, cog_check_issuer, cog_check_keys,
    cog_check_clock, cog_check_domain;

/* check_login.c */
cog_check_run_t cog_check_client, cog_check_flow, cog_check_callback, cog_check_scopes,
    cog_check_pkce;

/* check_logout.c */
cog_check_run_t cog_check_sign_out;

/* check_secret.c */
cog_check_run_t cog_check_secret;

#endif
