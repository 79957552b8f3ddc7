#include "httpd/own_urls.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <util_filter.h>
#include <string.h>

#include "flow/routes.h"
#include "httpd/place.h"
#include "httpd/reply.h"
#include "httpd/request.h"
#include "httpd/site.h"

/* "GET /.cognito/callback?code=... HTTP/1.1" without the query. */
static char *request_line_without_query(request_rec *r)
{
    const char *line = r->the_request;
    size_t len = strcspn(line, "?");
    const char *protocol = strrchr(line + len, ' ');

    return apr_pstrcat(r->pool, apr_pstrndup(r->pool, line, len),
                       protocol ? protocol : "", NULL);
}

void cog_own_urls_hide_query(const cog_conf_t *conf, const cog_memo_t *memo)
{
    request_rec *r = memo->root;

    if (!memo->query || r->proxyreq == PROXYREQ_PROXY ||
        !cog_flow_is_callback(conf, memo->path)) {
        return;
    }
    r->args = NULL;
    r->parsed_uri.query = NULL;
    r->unparsed_uri = apr_pstrdup(r->pool, memo->path);
    r->the_request = r->the_request ? request_line_without_query(r) : NULL;
    apr_table_unset(r->headers_in,
                    "Referer"); /* the hosted UI's address holds the state */
}

static void send_to_the_end(request_rec *r)
{
    conn_rec *c = r->connection;
    apr_bucket_brigade *brigade = apr_brigade_create(r->pool, c->bucket_alloc);

    ap_finalize_request_protocol(r);
    APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_flush_create(c->bucket_alloc));
    (void)ap_pass_brigade(c->output_filters, brigade);
}

static int answer(request_rec *r, const cog_reply_t *reply)
{
    int status = cog_reply_send(r, reply);

    if (reply->afterwards) {
        if (status == DONE) {
            send_to_the_end(r);
        }
        reply->afterwards(reply->afterwards_context);
    }
    return status;
}

int cog_own_urls_answer(request_rec *r, int is_lookup)
{
    const cog_site_t *site = cog_site_of(r->server);
    cog_memo_t *memo;
    cog_reply_t *reply;
    cog_flow_t *flow;

    if (is_lookup || !site || r->main || r->prev || r->proxyreq == PROXYREQ_PROXY) {
        return DECLINED;
    }
    memo = cog_memo_of(r);
    if (!cog_flow_is_own_url(site->conf, memo->path)) {
        return DECLINED;
    }
    reply = apr_pcalloc(r->pool, sizeof(*reply));
    flow = cog_request_flow(memo, site, cog_place_make(r, r->per_dir_config));
    cog_flow_run_own_url(flow, reply);
    return answer(r, reply);
}
