/* The log port over httpd's error log: `LogLevel auth_cognito:debug` rules it. */
#ifndef COG_HTTPD_LOG_HTTPD_H
#define COG_HTTPD_LOG_HTTPD_H

#include <httpd.h>

#include "base/log.h"

/* A log about a request; lives as long as `r`. */
const cog_log_t *cog_log_of_request(request_rec *r);

/* A log about a virtual host, for the time of start and for background work. */
const cog_log_t *cog_log_of_server(apr_pool_t *pool, server_rec *s);

#endif
