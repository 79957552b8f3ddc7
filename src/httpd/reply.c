#include "httpd/reply.h"

#include <apr_cstr.h>
#include <apr_strings.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_core.h>
#include <util_filter.h>

#include "httpd/export_variables.h"
#include "httpd/memo.h"
#include "httpd/pages.h"
#include "httpd/site.h"

#define CLOSED_POLICY "default-src 'none'; frame-ancestors 'none'"

/* Headers go to err_headers_out: other modules replace headers_out at times. */
static void set_header(request_rec *r, const char *name, const char *value)
{
    if (value) {
        apr_table_setn(r->err_headers_out, name, value);
    }
}

static void set_cookies(request_rec *r, const cog_reply_t *reply)
{
    for (int i = 0; reply->cookies && i < reply->cookies->nelts; ++i) {
        apr_table_addn(r->err_headers_out, "Set-Cookie",
                       APR_ARRAY_IDX(reply->cookies, i, const char *));
    }
}

static const char *policy_of(request_rec *r, const cog_reply_t *reply)
{
    return reply->kind == COG_REPLY_PAGE
               ? cog_page_policy(r->pool, cog_site_of(r->server)->page, &reply->page)
               : CLOSED_POLICY;
}

/* Caches may keep nothing of it; who looks may wonder why it is in this language. */
static void set_language(request_rec *r, const cog_reply_t *reply)
{
    if (reply->kind == COG_REPLY_PAGE) {
        set_header(r, "Content-Language", cog_page_language(r)->tag);
        apr_table_mergen(r->err_headers_out, "Vary", "Accept-Language");
    }
}

/* RFC 9110, 15.5.2: a 401 has one. */
static const char *challenge_of(const cog_reply_t *reply)
{
    return !reply->challenge && reply->status == HTTP_UNAUTHORIZED ? "Cognito"
                                                                   : reply->challenge;
}

static const char *cache_control_of(request_rec *r, const cog_reply_t *reply)
{
    return reply->kept_sec ? apr_psprintf(r->pool, "public, max-age=%d", reply->kept_sec)
                           : "no-store";
}

/* An application may look where a form comes from; with no-referrer it would be from
 * nowhere, even in Origin. Our own URL, which holds a code, is nobody's business. */
static const char *referrer_policy_of(const cog_reply_t *reply)
{
    return reply->kind == COG_REPLY_PAGE && reply->page.fields ? "strict-origin"
                                                               : "no-referrer";
}

/* Whoever writes the body: what the answer means. */
static void set_outcome(request_rec *r, const cog_reply_t *reply)
{
    set_header(r, "Cache-Control", cache_control_of(r, reply));
    set_header(r, "Allow", reply->allow);
    set_header(r, "WWW-Authenticate", challenge_of(reply));
    if (reply->retry_after_sec > 0) {
        set_header(r, "Retry-After", apr_itoa(r->pool, reply->retry_after_sec));
    }
    set_cookies(r, reply);
}

static void set_headers(request_rec *r, const cog_reply_t *reply)
{
    set_outcome(r, reply);
    set_header(r, "Referrer-Policy", referrer_policy_of(reply));
    set_header(r, "X-Content-Type-Options", "nosniff");
    set_header(r, "X-Frame-Options", "DENY");
    set_header(r, "Content-Security-Policy", policy_of(r, reply));
    set_language(r, reply);
    if (reply->is_for_all_origins) {
        set_header(r, "Access-Control-Allow-Origin", "*");
        set_header(r, "Access-Control-Allow-Methods", "GET, HEAD");
        set_header(r, "Access-Control-Allow-Headers", "*");
    }
    if (reply->kind == COG_REPLY_REDIRECT) {
        apr_table_setn(r->headers_out, "Location", reply->location);
    }
}

static void write_body(request_rec *r, const cog_reply_t *reply)
{
    switch (reply->kind) {
    case COG_REPLY_JSON:
        ap_set_content_type(r, "application/json");
        ap_rputs(reply->json, r);
        break;
    case COG_REPLY_TEXT:
        ap_set_content_type(r, "text/plain; charset=us-ascii");
        ap_rputs(reply->text, r);
        break;
    case COG_REPLY_PAGE:
        ap_set_content_type(r, "text/html; charset=utf-8");
        cog_page_write(r, cog_site_of(r->server)->page, reply);
        break;
    case COG_REPLY_REDIRECT:
    case COG_REPLY_GRANT:
    case COG_REPLY_PASS:
        ap_set_content_type(r, NULL);
        break;
    }
}

static int is_error_document(const request_rec *r)
{
    return r->prev && ap_is_HTTP_ERROR(r->prev->status);
}

int cog_reply_has_error_document(request_rec *r, int status)
{
    return ap_is_HTTP_ERROR(status) &&
           ap_response_code_string(r, ap_index_of_response(status)) != NULL;
}

int cog_reply_by_error_document(request_rec *r, const cog_reply_t *reply)
{
    set_outcome(r, reply);
    cog_export_failure(r, reply);
    return reply->status;
}

/* A status that cannot be taken for a success. */
static int refusal_of(const cog_reply_t *reply)
{
    return reply->status >= HTTP_MULTIPLE_CHOICES ? reply->status
                                                  : HTTP_INTERNAL_SERVER_ERROR;
}

/* As httpd does it before it calls a handler. Header directives of the virtual host are
 * such filters, as HSTS; those of mod_filter crash when nobody has made them ready. */
static int insert_filters(request_rec *r)
{
    int result = OK;

    ap_run_insert_filter(r);
    for (ap_filter_t *filter = r->output_filters; filter && result == OK;
         filter = filter->next) {
        if (filter->frec->filter_init_func) {
            result = filter->frec->filter_init_func(filter);
        }
    }
    return result;
}

int cog_reply_send(request_rec *r, const cog_reply_t *reply)
{
    int result;

    if (is_error_document(r)) {
        return ap_is_HTTP_ERROR(reply->status) ? reply->status : HTTP_UNAUTHORIZED;
    }
    if (r->main) {
        set_headers(r, reply);
        return refusal_of(reply);
    }
    if (reply->kind == COG_REPLY_PAGE && cog_reply_has_error_document(r, reply->status)) {
        return cog_reply_by_error_document(r, reply);
    }
    r->status = reply->status;
    r->no_cache = !reply->kept_sec;
    r->no_local_copy = 1;
    apr_table_unset(r->headers_in, "Range");
    /* A body that is not read would be taken for the next request; the next request would
     * have to wait for what is left to do afterwards. */
    if (ap_discard_request_body(r) != OK || reply->afterwards) {
        r->connection->keepalive = AP_CONN_CLOSE;
    }
    result = insert_filters(r);
    if (result != OK) {
        return result;
    }
    set_headers(r, reply); /* over what hooks of filters have set */
    write_body(r, reply);
    return DONE;
}

static request_rec *main_of(request_rec *r)
{
    while (r->main) {
        r = r->main;
    }
    return r;
}

/* mod_cache answers before anybody is asked who they are, and may be told to store what
 * is private: its variable goes before that. */
void cog_reply_make_private(request_rec *r)
{
    r = main_of(r);
    set_header(r, "Cache-Control", "private");
    apr_table_setn(r->subprocess_env, "no-cache", "");
}

static int has_filter(const request_rec *r, const char *name)
{
    const ap_filter_t *filter = r->output_filters;

    while (filter && apr_cstr_casecmp(filter->frec->name, name) != 0) {
        filter = filter->next;
    }
    return filter != NULL;
}

/* Who was admitted has a private answer already. */
void cog_reply_foresee_includes(request_rec *r)
{
    const cog_memo_t *memo = cog_site_of(r->server) ? cog_memo_of(r) : NULL;

    if (memo && memo->cookies && !memo->admitted && has_filter(r, "INCLUDES")) {
        cog_reply_make_private(r);
    }
}

void cog_reply_decorate(request_rec *r, const cog_reply_t *reply)
{
    cog_reply_make_private(r);
    set_cookies(main_of(r), reply);
}
