#include "httpd/scrub.h"

#include <apr_strings.h>
#include <string.h>

#include "base/header_name.h"
#include "base/text.h"
#include "httpd/export_headers.h"
#include "httpd/export_variables.h"
#include "httpd/log_httpd.h"
#include "httpd/memo.h"
#include "httpd/own_urls.h"
#include "httpd/place_settings.h"
#include "httpd/site.h"
#include "session/cookie_lines.h"

static void remove_names(request_rec *r, apr_table_t *table, const char *const *patterns)
{
    const apr_array_header_t *headers = apr_table_elts(table);
    int i = 0;

    while (i < headers->nelts) {
        const char *name = APR_ARRAY_IDX(headers, i, apr_table_entry_t).key;

        if (!name || !cog_header_name_is_any(name, strlen(name), patterns)) {
            ++i;
            continue;
        }
        COG_LOG(cog_log_of_request(r), INFO, 4210, "header %s of the client removed",
                cog_text_for_log(r->pool, name, 64));
        apr_table_unset(table, name); /* the next one is at `i` now */
    }
}

static void set_or_unset(request_rec *r, const char *name, const char *value)
{
    if (value) {
        apr_table_setn(r->headers_in, name, value);
    }
    else {
        apr_table_unset(r->headers_in, name);
    }
}

static void clean_connection(request_rec *r, const char *const *patterns)
{
    const char *sent;
    const char *kept;

    if (!apr_table_get(r->headers_in, "Connection")) {
        return;
    }
    sent = apr_table_getm(r->pool, r->headers_in, "Connection");
    kept = cog_header_names_without(r->pool, sent, patterns);
    if (kept == sent) {
        return;
    }
    COG_LOG(cog_log_of_request(r), INFO, 4211, "Connection: %s of the client cut down",
            cog_text_for_log(r->pool, sent, 128));
    set_or_unset(r, "Connection", kept);
}

static int speaks(const cog_site_t *site, const cog_backend_t *backend)
{
    int is_known = backend == cog_backend_at(COG_BACKEND_OWN);

    for (int i = 0; !is_known && site->backends && i < site->backends->nelts; ++i) {
        is_known = backend == cog_backend_at(APR_ARRAY_IDX(site->backends, i, int));
    }
    return is_known;
}

void cog_scrub_dialect(request_rec *r, const cog_backend_t *backend)
{
    const cog_site_t *site = cog_site_of(r->server);

    if (!site || speaks(site, backend)) {
        return;
    }
    remove_names(r, r->headers_in, backend->patterns);
    clean_connection(r, backend->patterns);
}

void cog_scrub_header(request_rec *r, const char *name)
{
    const char *const patterns[] = {cog_header_name_fold(r->pool, name), NULL};

    remove_names(r, r->headers_in, patterns);
    clean_connection(r, patterns);
}

static void remove_from_trailers(request_rec *r, const char *name)
{
    const char *const patterns[] = {cog_header_name_fold(r->pool, name), NULL};

    remove_names(r, r->trailers_in, patterns);
}

/* RFC 9110, 6.5.1: a trailer has no say in authentication, nor in connections. */
void cog_scrub_trailers(request_rec *r)
{
    const cog_export_t export = cog_dir_export(cog_conf_of_dir(r->per_dir_config));

    remove_names(r, r->trailers_in, cog_site_of(r->server)->kept_from_connection);
    remove_names(r, r->trailers_in, export.backend->patterns);
    if (export.assertion.header) {
        remove_from_trailers(r, export.assertion.header);
    }
    apr_table_unset(r->trailers_in, "Connection");
}

/* The memo keeps them. A site behind this forward proxy gets its own: it may well use
 * this module too. */
static void remove_own_cookies(request_rec *r, const cog_conf_t *conf, cog_memo_t *memo)
{
    const char *prefix = conf->cookies.prefix;
    const char *sent = apr_table_get(r->headers_in, "Cookie");
    cog_cookie_lines_t lines;

    if (!sent) {
        return;
    }
    cog_cookie_lines_read(r->pool, sent, prefix, &lines);
    memo->cookies = lines.own;
    if (lines.kept == sent || r->proxyreq == PROXYREQ_PROXY) {
        return;
    }
    if (lines.has_doubtful) {
        COG_LOG(cog_log_of_request(r), INFO, 4212,
                "a name that begins with %s behind a comma is no cookie of ours", prefix);
    }
    set_or_unset(r, "Cookie", lines.kept);
}

/* RFC 7540, 3.2: carried over to HTTP/2, this request would begin anew from its headers,
 * without the cookies that are ours. Without settings it is not (RFC 9113 knows no such
 * way any more). */
static void stay_in_http1(request_rec *r)
{
    apr_table_unset(r->headers_in, "HTTP2-Settings");
}

/* Of the headers of a request, hardly one may be one of these: the first letter tells. */
static void remove_identity(request_rec *r, const cog_site_t *site)
{
    const apr_array_header_t *headers = apr_table_elts(r->headers_in);
    int is_suspicious = 0;

    for (int i = 0; i < headers->nelts && !is_suspicious; ++i) {
        const char *name = APR_ARRAY_IDX(headers, i, apr_table_entry_t).key;

        is_suspicious = name && cog_header_name_may_be(name, site->identity_initials);
    }
    if (is_suspicious) {
        remove_names(r, r->headers_in, site->identity_headers);
    }
}

int cog_scrub_request(request_rec *r)
{
    const cog_site_t *site = cog_site_of(r->server);
    cog_memo_t *memo;

    if (!site) {
        return DECLINED;
    }
    memo = cog_memo_of(r);
    if (r->prev) {
        cog_export_forget_redirected(r);
        cog_export_forget_headers(r);
    }
    if (memo->is_clean) {
        return DECLINED;
    }
    memo->is_clean = 1;
    remove_identity(r, site);
    clean_connection(r, site->kept_from_connection);
    remove_own_cookies(r, site->conf, memo);
    stay_in_http1(r);
    cog_own_urls_hide_query(site->conf, memo);
    return DECLINED;
}
