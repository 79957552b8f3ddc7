#include "httpd/export.h"

#include <apr_strings.h>

#include "flow/failure.h"
#include "httpd/authn.h"
#include "httpd/export_headers.h"
#include "httpd/export_variables.h"
#include "httpd/place.h"
#include "httpd/place_settings.h"
#include "httpd/reply.h"
#include "httpd/request.h"
#include "httpd/scrub.h"

static int refuse(request_rec *r, cog_err_t err)
{
    cog_memo_t *memo = cog_memo_of(r);
    cog_reply_t *reply = apr_pcalloc(memo->root->pool, sizeof(*reply));

    cog_reply_fail(cog_request_flow(memo, cog_site_of(r->server),
                                    cog_place_make(r, r->per_dir_config)),
                   err, reply);
    return cog_reply_send(r, reply);
}

static int is_as_bearer(const cog_export_t *export)
{
    return export->tokens & COG_TOKENS_AS_BEARER;
}

static int is_for_headers(const cog_export_t *export)
{
    return export->tokens & (COG_TOKENS_AS_BEARER | COG_TOKENS_BY_NAME);
}

static int writes_headers(const cog_export_t *export)
{
    return export->to_headers || export->headers || export->assertion.header ||
           is_as_bearer(export);
}

static cog_err_t tell(request_rec *r, const cog_export_t *export,
                      const cog_session_t *session)
{
    cog_raw_tokens_t tokens = {cog_secret_of(NULL), cog_secret_of(NULL)};
    int tells = export->to_variables || export->to_headers || is_as_bearer(export);

    if (tells && export->tokens) {
        COG_TRY(cog_export_find_tokens(r, export, &tokens));
    }
    if (export->to_variables && !is_for_headers(export)) {
        cog_export_token_variables(r, export->backend, &tokens);
    }
    return writes_headers(export) ? cog_export_headers(r, export, session, &tokens)
                                  : COG_OK;
}

/* What this request must not have from others: from the request around it, or from the
 * client where it is us who say it. */
static void clear(request_rec *r, const cog_export_t *export)
{
    if (r->main) {
        cog_export_forget_headers(r);
        cog_export_forget_tokens(r);
    }
    cog_scrub_dialect(r, export->backend);
    cog_authn_hide_credentials(r);
    if (is_as_bearer(export)) {
        apr_table_unset(r->headers_in, "Authorization");
    }
    if (export->assertion.header) {
        cog_scrub_header(r, export->assertion.header);
    }
}

static int tells_backend(const cog_export_t *export)
{
    return writes_headers(export) || export->tokens;
}

int cog_export_finish(request_rec *r)
{
    const cog_export_t export = cog_dir_export(cog_conf_of_dir(r->per_dir_config));
    const cog_session_t *session;
    cog_err_t err;

    if (!cog_site_of(r->server)) {
        return DECLINED;
    }
    clear(r, &export);
    session = r->prev || tells_backend(&export) ? cog_authn_session(r) : NULL;
    if (!session) {
        return DECLINED;
    }
    if (r->prev) {
        cog_export_variables(r, session);
    }
    err = tell(r, &export, session);
    return err == COG_OK ? DECLINED : refuse(r, err);
}
