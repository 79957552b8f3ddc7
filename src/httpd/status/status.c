#include "httpd/status/status.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_main.h>
#include <http_protocol.h>
#include <http_request.h>
#include <string.h>

#include "base/query.h"
#include "base/text.h"
#include "httpd/site.h"

#define HANDLER         "cognito-status"
#define DEFAULT_REFRESH 30
#define MAX_REFRESH     3600

typedef struct {
    const char *name; /* of `?format=`; NULL: of none */
    void (*write)(request_rec *r, const cog_status_t *status);
} format_t;

static const format_t formats[] = {
    {NULL,         cog_status_write_page      },
    {"html",       cog_status_write_page      },
    {"json",       cog_status_write_json      },
    {"prometheus", cog_status_write_prometheus},
};

static const format_t *format_of(const char *name)
{
    if (!name) {
        return &formats[0];
    }
    for (size_t i = 1; i < sizeof(formats) / sizeof(*formats); ++i) {
        if (strcmp(formats[i].name, name) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

static int refresh_of(const char *text)
{
    int seconds = 0;

    if (!text) {
        return DEFAULT_REFRESH;
    }
    for (const char *c = text; *c >= '0' && *c <= '9' && seconds < MAX_REFRESH; ++c) {
        seconds = seconds * 10 + (*c - '0');
    }
    return seconds < MAX_REFRESH ? seconds : MAX_REFRESH;
}

/* All hosts have one meter. */
static cog_meter_shm_t *find_meter(void)
{
    for (const server_rec *s = ap_server_conf; s; s = s->next) {
        if (cog_site_of(s)) {
            return cog_site_of(s)->meter;
        }
    }
    return NULL;
}

static int percent_of(const char *store)
{
    for (const server_rec *s = ap_server_conf; s; s = s->next) {
        const cog_site_t *site = cog_site_of(s);

        if (site && strcmp(site->made_store->name, store) == 0) {
            return cog_made_store_percent(site->made_store);
        }
    }
    return -1;
}

static cog_status_t *read_status(request_rec *r, const apr_array_header_t *params)
{
    cog_status_t *status = apr_pcalloc(r->pool, sizeof(*status));
    cog_meter_shm_t *meter = find_meter();

    status->pool = r->pool;
    status->now = apr_time_now();
    status->name = cog_text_for_log(r->pool, r->server->server_hostname, 255);
    status->refresh_sec = refresh_of(cog_query_get(params, "refresh"));
    if (meter) {
        cog_meter_shm_read(meter, status->now, &status->figures);
    }
    for (int i = 0; i < status->figures.store_count; ++i) {
        status->percent[i] = percent_of(status->figures.stores[i].name);
    }
    return status;
}

static void set_headers(request_rec *r)
{
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    apr_table_setn(r->headers_out, "Referrer-Policy", "no-referrer");
    apr_table_setn(r->headers_out, "Content-Security-Policy",
                   "default-src 'none'; frame-ancestors 'none'");
}

int cog_status_handle(request_rec *r)
{
    const format_t *format;
    apr_array_header_t *params;

    if (!r->handler || strcmp(r->handler, HANDLER) != 0) {
        return DECLINED;
    }
    ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
    if (r->method_number != M_GET) {
        return HTTP_METHOD_NOT_ALLOWED;
    }
    if (cog_query_parse(r->pool, r->args, &params) != COG_OK) {
        return HTTP_BAD_REQUEST;
    }
    format = format_of(cog_query_get(params, "format"));
    if (!format) {
        return HTTP_BAD_REQUEST;
    }
    set_headers(r);
    format->write(r, read_status(r, params));
    return OK;
}
