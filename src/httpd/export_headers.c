#include "httpd/export_headers.h"

#include <apr_fnmatch.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/claim.h"
#include "base/claim_names.h"
#include "base/text.h"
#include "httpd/export_assertion.h"
#include "httpd/export_groups.h"
#include "httpd/log_httpd.h"
#include "httpd/memo.h"
#include "oidc/claim_patterns.h"
#include "oidc/groups.h"

#define REDIRECT "REDIRECT_"
#define HTTP     "HTTP_"

/* The headers of one request. */
typedef struct {
    request_rec *r;
    cog_memo_t *memo;
    const cog_export_t *export;
    const apr_array_header_t *claims; /* cog_claim_t: those of the session, by groups */
    const cog_raw_tokens_t *tokens;
} exporter_t;

/* The memo outlives a subrequest, and the .htaccess file that was read for it. */
static void remember(const cog_memo_t *memo, const char *name)
{
    if (!apr_table_get(memo->exported_headers, name)) {
        apr_table_setn(memo->exported_headers, apr_pstrdup(memo->root->pool, name), "");
    }
}

static cog_err_t set(const exporter_t *exporter, const char *name, const char *value)
{
    size_t len = strlen(name) + strlen(": ") + strlen(value);

    if (len > COG_HEADER_MAX) {
        COG_LOG(cog_log_of_request(exporter->r), ERROR, 4220,
                "header %s of %" APR_SIZE_T_FMT " bytes is longer than %d",
                cog_text_for_log(exporter->r->pool, name, 128), len, COG_HEADER_MAX);
        return COG_E_HEADER_TOO_LONG;
    }
    apr_table_setn(exporter->r->headers_in, name, value);
    remember(exporter->memo, name);
    return COG_OK;
}

static cog_err_t tell(const exporter_t *exporter, const char *name, cog_claim_kind_t kind,
                      const char *value)
{
    apr_pool_t *pool = exporter->r->pool;
    const char *text = cog_backend_value(pool, exporter->export->backend, kind, value);
    const char *carried = cog_header_value(pool, exporter->export->encoding, kind, text);

    if (!carried) {
        COG_LOG(cog_log_of_request(exporter->r), INFO, 4221,
                "header %s is sent empty, for it cannot carry its value as it is; "
                "encoding=percent and encoding=base64 can",
                cog_text_for_log(pool, name, 128));
        carried = "";
    }
    return set(exporter, name, carried);
}

static const char *name_of(const exporter_t *exporter, const char *prefix,
                           const char *claim)
{
    return exporter->export->backend->name_of(exporter->r->pool, prefix, claim);
}

static int is_wanted(const exporter_t *exporter, const char *claim)
{
    return cog_claims_are_wanted(exporter->export->claims, claim);
}

/* Those that are named one by one, and wanted: what is missing of them is told too. */
static cog_err_t tell_missing(const exporter_t *exporter, const char *prefix)
{
    const apr_array_header_t *patterns = exporter->export->claims;

    for (int i = 0; patterns && i < patterns->nelts; ++i) {
        const char *claim = APR_ARRAY_IDX(patterns, i, const char *);

        if (*claim != '!' && !apr_fnmatch_test(claim) && is_wanted(exporter, claim) &&
            !cog_claims_find(exporter->claims, claim)) {
            COG_TRY(set(exporter, name_of(exporter, prefix, claim), ""));
        }
    }
    return COG_OK;
}

static cog_err_t tell_all(const exporter_t *exporter, const char *prefix)
{
    const apr_array_header_t *claims = exporter->claims;

    COG_TRY(tell_missing(exporter, prefix));
    for (int i = 0; i < claims->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(claims, i, cog_claim_t);

        if (is_wanted(exporter, claim->name)) {
            COG_TRY(tell(exporter, name_of(exporter, prefix, claim->name), claim->kind,
                         claim->value));
        }
    }
    return COG_OK;
}

static cog_err_t tell_claim(const exporter_t *exporter, const char *header,
                            const char *name)
{
    const cog_claim_t *claim = cog_claims_find(exporter->claims, name);

    return claim ? tell(exporter, header, claim->kind, claim->value) : COG_OK;
}

/* A machine may have no name. */
static cog_err_t tell_user(const exporter_t *exporter, const char *header)
{
    const char *user = exporter->r->user;

    return user && *user ? tell(exporter, header, COG_CLAIM_TEXT, user) : COG_OK;
}

/* A token is ASCII. */
static cog_err_t tell_token(const exporter_t *exporter, const char *header,
                            cog_secret_t token)
{
    int is_bearer = exporter->export->tokens & COG_TOKENS_AS_BEARER;

    return !is_bearer && cog_secret_is_set(token) ? set(exporter, header, token.bytes)
                                                  : COG_OK;
}

static cog_err_t tell_access_end(const exporter_t *exporter, const char *header)
{
    const char *end = exporter->export->tokens & COG_TOKENS_AS_BEARER
                          ? NULL
                          : cog_export_access_end(exporter->r->pool, exporter->tokens);

    return end ? set(exporter, header, end) : COG_OK;
}

/* Authorization has its own form (RFC 6750, 2.1). */
static cog_err_t tell_assertion(const exporter_t *exporter, const char *header,
                                cog_assertion_form_t form)
{
    const char *begin = strcasecmp(header, "Authorization") == 0 ? "Bearer " : "";
    cog_secret_t jwt;

    COG_TRY(cog_export_assertion(exporter->r, exporter->export, form, &jwt));
    return set(exporter, header, cog_secret_join(exporter->r->pool, begin, jwt).bytes);
}

static cog_err_t tell_row(const exporter_t *exporter, const cog_sent_header_t *row)
{
    switch (row->source) {
    case COG_SENT_ALL:
        return tell_all(exporter, row->header);
    case COG_SENT_CLAIM:
        return is_wanted(exporter, row->claim)
                   ? tell_claim(exporter, row->header, row->claim)
                   : COG_OK;
    case COG_SENT_ID_TOKEN:
        return tell_token(exporter, row->header, exporter->tokens->id);
    case COG_SENT_ACCESS_TOKEN:
        return tell_token(exporter, row->header, exporter->tokens->access);
    case COG_SENT_ACCESS_END:
        return tell_access_end(exporter, row->header);
    case COG_SENT_ASSERTION:
        return tell_assertion(exporter, row->header,
                              exporter->export->backend->assertion);
    case COG_SENT_USER:
        break;
    }
    return tell_user(exporter, row->header);
}

static cog_err_t tell_rows(const exporter_t *exporter)
{
    const cog_sent_header_t *row = exporter->export->backend->headers;

    for (; row->header; ++row) {
        COG_TRY(tell_row(exporter, row));
    }
    return COG_OK;
}

/* Whatever CognitoClaims exports, and in place of what the dialect says by that name. */
static cog_err_t tell_named(const exporter_t *exporter)
{
    const apr_array_header_t *rows = exporter->export->headers;

    for (int i = 0; rows && i < rows->nelts; ++i) {
        const cog_named_header_t *row = &APR_ARRAY_IDX(rows, i, cog_named_header_t);

        apr_table_unset(exporter->r->headers_in, row->header);
        COG_TRY(row->claim ? tell_claim(exporter, row->header, row->claim)
                           : tell_user(exporter, row->header));
    }
    return COG_OK;
}

/* One of the tokens is there at most. */
static cog_err_t tell_bearer(const exporter_t *exporter)
{
    const cog_raw_tokens_t *tokens = exporter->tokens;
    cog_secret_t token = cog_secret_is_set(tokens->id) ? tokens->id : tokens->access;

    if (!cog_secret_is_set(token)) {
        return COG_OK;
    }
    return set(exporter, "Authorization",
               cog_secret_join(exporter->r->pool, "Bearer ", token).bytes);
}

cog_err_t cog_export_headers(request_rec *r, const cog_export_t *export,
                             const cog_session_t *session, const cog_raw_tokens_t *tokens)
{
    exporter_t exporter = {r, cog_memo_of(r), export,
                           cog_groups_select(r->pool, session->claims, export->groups),
                           tokens};

    if (!exporter.memo->exported_headers) {
        exporter.memo->exported_headers = apr_table_make(exporter.memo->root->pool, 16);
    }
    cog_export_check_groups(r, exporter.claims);
    if (export->to_headers) {
        COG_TRY(tell_rows(&exporter));
    }
    COG_TRY(tell_named(&exporter));
    if (export->tokens & COG_TOKENS_AS_BEARER) {
        COG_TRY(tell_bearer(&exporter));
    }
    return export->assertion.header
               ? tell_assertion(&exporter, export->assertion.header, COG_ASSERTION_OWN)
               : COG_OK;
}

/* As CGI calls a header, after an internal redirect. */
static char *redirected_variable(apr_pool_t *pool, const char *header)
{
    char *name = apr_pstrcat(pool, REDIRECT HTTP, header, NULL);

    for (char *c = name + strlen(REDIRECT HTTP); *c; ++c) {
        *c = *c == '-' ? '_' : (char)apr_toupper(*c);
    }
    return name;
}

/* Where a request makes variables of its headers, those that it makes or that it is
 * redirected to have them before they have headers of their own. */
void cog_export_forget_headers(request_rec *r)
{
    const apr_table_t *exported = cog_memo_of(r)->exported_headers;
    const apr_array_header_t *names = exported ? apr_table_elts(exported) : NULL;

    for (int i = 0; names && i < names->nelts; ++i) {
        const char *header = APR_ARRAY_IDX(names, i, apr_table_entry_t).key;
        const char *variable = redirected_variable(r->pool, header);

        apr_table_unset(r->headers_in, header);
        apr_table_unset(r->subprocess_env, variable);
        apr_table_unset(r->subprocess_env, variable + strlen(REDIRECT));
    }
}
