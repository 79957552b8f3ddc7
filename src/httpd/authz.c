#include "httpd/authz.h"

#include <apr_strings.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <string.h>

#include "base/language.h"
#include "base/log.h"
#include "flow/failure.h"
#include "flow/flow.h"
#include "flow/resource.h"
#include "httpd/authn.h"
#include "httpd/export_variables.h"
#include "httpd/log_httpd.h"
#include "httpd/memo.h"
#include "httpd/place.h"
#include "httpd/reply.h"
#include "httpd/request.h"
#include "httpd/require.h"
#include "httpd/site.h"

/* The answer of mod_authz_core, which comes after us. */
static int ask_others(cog_memo_t *memo, cog_evaluation_t *evaluation)
{
    cog_evaluation_t *outer = memo->evaluation;
    int status;

    memo->evaluation = evaluation;
    status = ap_run_auth_checker(evaluation->r);
    memo->evaluation = outer;
    return status;
}

/* For a no that is not the last word, and no error of anybody's. */
static int ask_others_quietly(cog_memo_t *memo, cog_evaluation_t *evaluation)
{
    static const struct ap_logconf quiet = {.level = APLOG_EMERG};
    request_rec *r = evaluation->r;
    const struct ap_logconf *log = r->log;
    int status;

    r->log = &quiet;
    status = ask_others(memo, evaluation);
    r->log = log;
    return status;
}

/* Who lacks nothing but a detail of the profile is told which. */
static cog_err_t reason(const cog_evaluation_t *evaluation, cog_page_t *page)
{
    if (!evaluation->lacking || evaluation->unmet->nelts > 1) {
        return COG_E_FORBIDDEN;
    }
    page->detail = evaluation->lacking;
    return COG_E_PROFILE;
}

static cog_flow_t *flow_about(const cog_memo_t *memo, const cog_place_t *place,
                              const cog_identity_t *identity)
{
    cog_flow_t *flow = cog_request_flow(memo, cog_site_of(memo->root->server), place);

    flow->who = identity ? identity->session : NULL;
    return flow;
}

static int refuse(const cog_memo_t *memo, const cog_evaluation_t *evaluation)
{
    request_rec *r = evaluation->r;
    const cog_site_t *site = cog_site_of(r->server);
    const cog_place_t *place = cog_place_make(r, r->per_dir_config);
    const cog_identity_t *identity = cog_memo_identity(memo, place);
    cog_reply_t *reply = apr_pcalloc(memo->root->pool, sizeof(*reply));

    if (evaluation->unmet) {
        cog_export_denial(r, apr_array_pstrcat(r->pool, evaluation->unmet, ';'));
    }
    if (!r->main && site && identity && identity->bearer) {
        cog_bearer_forbid(flow_about(memo, place, identity), evaluation->scope, reply);
        return cog_reply_send(r, reply);
    }
    if (r->main || !site) {
        return HTTP_FORBIDDEN;
    }
    reply->page.link = apr_pstrcat(memo->root->pool, site->conf->path, "/logout", NULL);
    reply->page.link_text = COG_SAY("Sign out");
    reply->page.is_form = 1;
    cog_reply_fail(flow_about(memo, place, identity), reason(evaluation, &reply->page),
                   reply);
    return cog_reply_has_error_document(r, reply->status)
               ? cog_reply_by_error_document(r, reply)
               : cog_reply_send(r, reply);
}

static int is_refusal(int status, const cog_evaluation_t *evaluation)
{
    return status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN ||
           (status == HTTP_INTERNAL_SERVER_ERROR && evaluation->is_stuck);
}

static int ask_for_sign_in(cog_memo_t *memo, const cog_evaluation_t *evaluation)
{
    request_rec *r = evaluation->r;
    const cog_place_t *place = cog_place_make(r, r->per_dir_config);
    const cog_identity_t *identity = cog_memo_identity(memo, place);
    cog_flow_t *flow = cog_request_flow(memo, cog_site_of(r->server), place);
    cog_reply_t *reply = apr_pcalloc(flow->pool, sizeof(*reply));

    COG_LOG(cog_log_of_request(r), DEBUG, 4255,
            "all that is required would be met by a sign-in within %" APR_INT64_T_FMT
            " s: the user is asked for one",
            evaluation->assumed_sec);
    if (identity->bearer) {
        cog_bearer_want_sign_in(flow, evaluation->assumed_sec, reply);
    }
    else {
        cog_flow_sign_in_anew(flow, evaluation->assumed_sec, reply);
    }
    return cog_reply_send(r, reply);
}

/* Only who lacks nothing else is asked to sign in anew. */
static int decide(cog_memo_t *memo, request_rec *r)
{
    cog_evaluation_t evaluation = {.r = r, .assumes_fresh = 1};
    cog_evaluation_t as_it_is = {.r = r};
    int status = ask_others(memo, &evaluation);

    if (evaluation.assumed_sec > 0 && ask_others_quietly(memo, &as_it_is) == OK) {
        return OK;
    }
    if (evaluation.assumed_sec > 0 && status == OK) {
        return ask_for_sign_in(memo, &evaluation);
    }
    return is_refusal(status, &evaluation) ? refuse(memo, &evaluation) : status;
}

int cog_authz_check(request_rec *r)
{
    cog_memo_t *memo;

    if (r->user && strcmp(r->user, COG_NO_USER) == 0 && cog_place_is_ours(r)) {
        r->user = NULL;
    }
    if (!r->ap_auth_type) {
        return DECLINED;
    }
    memo = cog_memo_of(r);
    if ((memo->evaluation && memo->evaluation->r == r) ||
        (memo->admitted != r && !cog_place_is_ours(r))) {
        return DECLINED;
    }
    return decide(memo, r);
}

static int is_handed_on(const request_rec *r)
{
    const request_rec *before = r->prev ? r->prev : r->main;

    return before && before->per_dir_config == r->per_dir_config;
}

static int may_be_wrong(request_rec *r)
{
    return cog_memo_of(r)->has_expressions ||
           (r->prev && ap_is_HTTP_ERROR(r->prev->status));
}

int cog_authz_check_again(request_rec *r)
{
    int status = is_handed_on(r) && may_be_wrong(r) ? cog_authz_check(r) : DECLINED;

    return status == OK ? DECLINED : status;
}
