#include "httpd/log_httpd.h"

#include <http_core.h>
#include <http_log.h>

APLOG_USE_MODULE(auth_cognito);

/* The tag says where it is; the place of this file would be of no help. */
#define NOWHERE NULL, 0, APLOG_MODULE_INDEX

static int httpd_level(cog_log_level_t level)
{
    switch (level) {
    case COG_LOG_ERROR:
        return APLOG_ERR;
    case COG_LOG_WARNING:
        return APLOG_WARNING;
    case COG_LOG_INFO:
        return APLOG_INFO;
    case COG_LOG_DEBUG:
        return APLOG_DEBUG;
    case COG_LOG_TRACE:
        break;
    }
    return APLOG_TRACE1;
}

static int is_on_for_request(void *context, cog_log_level_t level)
{
    const request_rec *r = context;

    return APLOG_R_IS_LEVEL(r, httpd_level(level));
}

static void write_for_request(void *context, cog_log_level_t level, const char *message)
{
    const request_rec *r = context;

    ap_log_rerror(NOWHERE, httpd_level(level), 0, r, "%s", message);
}

/* What is said at start must not be lost at httpd's own default, `LogLevel warn`, which
 * shows notices. */
static int level_at_start(cog_log_level_t level)
{
    return level == COG_LOG_INFO ? APLOG_NOTICE : httpd_level(level);
}

static int is_on_for_server(void *context, cog_log_level_t level)
{
    const server_rec *s = context;

    return APLOG_IS_LEVEL(s, level_at_start(level));
}

static void write_for_server(void *context, cog_log_level_t level, const char *message)
{
    const server_rec *s = context;

    ap_log_error(NOWHERE, level_at_start(level), 0, s, "%s", message);
}

static cog_log_t *make_log(apr_pool_t *pool, void *context)
{
    cog_log_t *log = apr_pcalloc(pool, sizeof(*log));

    log->pool = pool;
    log->context = context;
    return log;
}

const cog_log_t *cog_log_of_request(request_rec *r)
{
    cog_log_t *log = make_log(r->pool, r);

    log->is_on = is_on_for_request;
    log->write = write_for_request;
    return log;
}

const cog_log_t *cog_log_of_server(apr_pool_t *pool, server_rec *s)
{
    cog_log_t *log = make_log(pool, s);

    log->is_on = is_on_for_server;
    log->write = write_for_server;
    return log;
}
