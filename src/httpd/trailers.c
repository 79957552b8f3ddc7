#include "httpd/trailers.h"

#include <http_core.h>
#include <util_filter.h>

#include "httpd/scrub.h"
#include "httpd/site.h"

#define FILTER "COGNITO_TRAILERS"

/* Whoever reads the body reads through this. */
static apr_status_t read_body(ap_filter_t *f, apr_bucket_brigade *brigade,
                              ap_input_mode_t mode, apr_read_type_e block,
                              apr_off_t bytes)
{
    request_rec *r = f->r;
    apr_table_t *headers = r->headers_in;
    apr_status_t status = ap_get_brigade(f->next, brigade, mode, block, bytes);

    if (r->headers_in != headers) {
        cog_scrub_trailers(r);
        r->headers_in = apr_table_overlay(r->pool, headers, r->trailers_in);
    }
    return status;
}

void cog_trailers_register_filter(void)
{
    ap_register_input_filter(FILTER, read_body, NULL, AP_FTYPE_CONTENT_SET);
}

int cog_trailers_watch(request_rec *r)
{
    const core_server_config *core = ap_get_core_module_config(r->server->module_config);

    if (core->merge_trailers == AP_MERGE_TRAILERS_ENABLE && cog_site_of(r->server)) {
        ap_add_input_filter(FILTER, NULL, r, r->connection);
    }
    return DECLINED;
}
