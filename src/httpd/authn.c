#include "httpd/authn.h"

#include <apr_cstr.h>
#include <apr_strings.h>
#include <http_core.h>
#include <string.h>

#include "base/text.h"
#include "flow/failure.h"
#include "flow/flow.h"
#include "httpd/export.h"
#include "httpd/log_httpd.h"
#include "httpd/memo.h"
#include "httpd/reply.h"
#include "httpd/request.h"
#include "httpd/require.h"
#include "httpd/site.h"

#define AUTH_TYPE "Cognito"

int cog_authn_is_ours(request_rec *r)
{
    const char *type = ap_auth_type(r);

    return type && apr_cstr_casecmp(type, AUTH_TYPE) == 0;
}

/* A subrequest or an internal redirect, after this request has been granted already. */
static int has_identity(const cog_memo_t *memo, const cog_place_t *place,
                        cog_reply_t *reply)
{
    const cog_session_t *session = cog_memo_session(memo, place->client);

    if (!session || cog_session_check(session, &place->limits,
                                      apr_time_sec(apr_time_now())) != COG_OK) {
        return 0;
    }
    reply->kind = COG_REPLY_GRANT;
    reply->session = session;
    return 1;
}

static int admit(request_rec *r, const cog_reply_t *reply, const char *user)
{
    r->user = apr_pstrdup(r->pool, user);
    r->ap_auth_type = apr_pstrdup(r->pool, AUTH_TYPE);
    cog_export_variables(r, reply->session);
    cog_reply_decorate(r, reply);
    return OK;
}

static int decide(request_rec *r, const cog_site_t *site, cog_memo_t *memo)
{
    const cog_place_t *place = cog_place_make(r, r->per_dir_config, 1);
    cog_flow_t *flow = cog_request_flow(memo, site, place);
    cog_reply_t *reply = apr_pcalloc(flow->pool, sizeof(*reply));
    const char *user;

    if (!has_identity(memo, place, reply)) {
        cog_flow_run_resource(flow, reply);
        memo->reply = reply;
    }
    if (reply->kind != COG_REPLY_GRANT) {
        return cog_reply_send(r, reply);
    }
    user = cog_export_user_name(r, reply->session);
    if (!user) {
        cog_reply_fail(flow, COG_E_NO_USER_NAME, reply);
        return cog_reply_send(r, reply);
    }
    cog_memo_keep_session(memo, place->client, reply->session);
    return admit(r, reply, user);
}

const cog_session_t *cog_authn_session(request_rec *r)
{
    if (!r->user || !cog_authn_is_ours(r) || !cog_site_of(r->server)) {
        return NULL;
    }
    return cog_memo_session(cog_memo_of(r),
                            cog_place_make(r, r->per_dir_config, 0)->client);
}

int cog_authn_check(request_rec *r)
{
    const cog_site_t *site;

    if (!cog_authn_is_ours(r)) {
        return DECLINED;
    }
    site = cog_site_of(r->server);
    if (!site) {
        COG_LOG(cog_log_of_request(r), ERROR, 4200,
                "AuthType Cognito at %s, but this virtual host has no app client: set "
                "CognitoUserPool and CognitoClientID",
                cog_text_for_log(r->pool, r->uri, 256));
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    return decide(r, site, cog_memo_of(r));
}

int cog_authn_force(request_rec *r)
{
    const cog_site_t *site = cog_authn_is_ours(r) ? cog_site_of(r->server) : NULL;
    const cog_place_t *place;
    cog_session_t *session;
    cog_err_t err;

    if (!site) {
        return DECLINED;
    }
    place = cog_place_make(r, r->per_dir_config, 0);
    if (place->unauthenticated != COG_UNAUTHENTICATED_PASS) {
        return cog_require_needs_user(r) ? OK : DECLINED;
    }
    cog_reply_make_private(r); /* a cache would take nobody's page for everybody's */
    err = cog_flow_load_session(cog_request_flow(cog_memo_of(r), site, place), &session);
    if (err == COG_E_STORE) {
        return OK; /* is there a user? nobody can say, so nobody gets in */
    }
    return err == COG_OK && cog_export_user_name(r, session) ? OK : DECLINED;
}
