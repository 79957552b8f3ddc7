#include "httpd/authn.h"

#include <apr_strings.h>
#include <http_core.h>
#include <string.h>

#include "base/text.h"
#include "flow/failure.h"
#include "flow/flow.h"
#include "flow/routes.h"
#include "flow/session/session_lookup.h"
#include "httpd/export_variables.h"
#include "httpd/log_httpd.h"
#include "httpd/memo.h"
#include "httpd/place.h"
#include "httpd/place_settings.h"
#include "httpd/remote_user.h"
#include "httpd/reply.h"
#include "httpd/request.h"
#include "httpd/require.h"
#include "httpd/site.h"

/* Of a request that Require lets in, whoever it is. */
#define NOTE_OPEN "cognito-require-lets-all-in"

/* A subrequest or an internal redirect, after this request has been granted already.
 * FALSE: it has to be judged, as a token has in any case, for each place has rules of its
 * own about it. */
static int grant_again(const cog_memo_t *memo, const cog_place_t *place,
                       cog_reply_t *reply)
{
    const cog_identity_t *identity = cog_memo_identity(memo, place);
    const cog_session_t *session = identity ? identity->session : NULL;

    if (!session || identity->bearer ||
        cog_session_check(session, &place->limits, apr_time_sec(apr_time_now())) !=
            COG_OK) {
        return 0;
    }
    reply->kind = COG_REPLY_GRANT;
    reply->session = session;
    return 1;
}

static int is_machine(const cog_reply_t *reply)
{
    return reply->bearer && reply->bearer->facts.is_machine;
}

/* NULL: none, and that is a failure unless it is a machine. */
static const char *user_of(request_rec *r, const cog_reply_t *reply)
{
    return is_machine(reply) ? cog_remote_user_of_machine(r, reply->session)
                             : cog_remote_user_name(r, reply->session);
}

static int admit(request_rec *r, const cog_reply_t *reply, const char *user)
{
    static char auth_type[] = COG_AUTH_TYPE; /* httpd's field is not const */

    r->user = apr_pstrdup(r->pool, user ? user : COG_NO_USER);
    r->ap_auth_type = auth_type;
    cog_export_variables(r, reply->session);
    cog_reply_decorate(r, reply);
    return OK;
}

/* Its session has turned out to be none on a closer look. */
static int admit_nobody(request_rec *r, const cog_reply_t *reply)
{
    r->user = apr_pstrdup(r->pool, COG_NO_USER);
    cog_reply_decorate(r, reply);
    return OK;
}

static cog_place_t *place_of(request_rec *r)
{
    cog_place_t *place = cog_place_make(r, r->per_dir_config);

    place->lets_all_in = apr_table_get(r->notes, NOTE_OPEN) != NULL;
    return place;
}

static int decide(request_rec *r, const cog_site_t *site, cog_memo_t *memo)
{
    const cog_place_t *place = place_of(r);
    cog_flow_t *flow = cog_request_flow(memo, site, place);
    cog_reply_t *reply = apr_pcalloc(flow->pool, sizeof(*reply));
    const char *user;

    if (!grant_again(memo, place, reply)) {
        cog_flow_run_resource(flow, reply);
        memo->reply = reply;
    }
    if (reply->kind == COG_REPLY_PASS) {
        return admit_nobody(r, reply);
    }
    if (reply->kind != COG_REPLY_GRANT) {
        return cog_reply_send(r, reply);
    }
    user = user_of(r, reply);
    if (!user && !is_machine(reply)) {
        cog_reply_fail(flow, COG_E_NO_USER_NAME, reply);
        return cog_reply_send(r, reply);
    }
    cog_memo_keep_identity(memo, place, reply);
    if (!r->main) {
        memo->admitted = r; /* a subrequest's address may be another's tomorrow */
    }
    return admit(r, reply, user);
}

const cog_session_t *cog_authn_session(request_rec *r)
{
    /* a machine has no r->user */
    if (!r->ap_auth_type || !cog_place_is_ours(r) || !cog_site_of(r->server)) {
        return NULL;
    }
    return cog_memo_session(cog_memo_of(r), cog_place_make(r, r->per_dir_config));
}

void cog_authn_hide_credentials(request_rec *r)
{
    if ((cog_dir_accepts(cog_conf_of_dir(r->per_dir_config)) & COG_ACCEPT_BEARER) &&
        cog_place_is_ours(r) && cog_site_of(r->server)) {
        apr_table_unset(r->headers_in, "Authorization");
    }
}

/* A browser would keep the cookies of a sign-in for the sites behind the proxy, and a
 * session or a token that is sent here is meant for those. */
static int is_for_forward_proxy(const request_rec *r)
{
    return r->proxyreq == PROXYREQ_PROXY;
}

int cog_authn_check(request_rec *r)
{
    const cog_site_t *site;

    if (!cog_place_is_ours(r)) {
        return DECLINED;
    }
    if (is_for_forward_proxy(r)) {
        COG_LOG(cog_log_of_request(r), ERROR, 4201,
                "AuthType Cognito for %s: nobody can sign in at a forward proxy; write "
                "ProxyRequests off, or another AuthType",
                cog_text_for_log(r->pool, r->uri, 256));
        return HTTP_FORBIDDEN;
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

/* A token may be good or bad: who brings one shall hear about it. */
static int has_credentials(request_rec *r, const cog_site_t *site,
                           const cog_place_t *place)
{
    cog_memo_t *memo = cog_memo_of(r);
    cog_session_t *session;
    cog_err_t err;

    if (cog_bearer_decides(place, memo->authorization)) {
        return cog_bearer_is_presented(memo->authorization);
    }
    err = cog_session_load(cog_request_flow(memo, site, place), &session);
    if (err == COG_E_STORE) {
        return 1; /* is there a user? nobody can say, so nobody gets in */
    }
    return err == COG_OK && cog_remote_user_name(r, session);
}

int cog_authn_force(request_rec *r)
{
    const cog_site_t *site = cog_place_is_ours(r) ? cog_site_of(r->server) : NULL;
    const cog_place_t *place;

    if (!site) {
        return DECLINED;
    }
    place = cog_place_make(r, r->per_dir_config);
    if (place->unauthenticated != COG_UNAUTHENTICATED_PASS) {
        return cog_require_needs_user(r) ? OK : DECLINED;
    }
    cog_reply_make_private(r); /* a cache would take nobody's page for everybody's */
    apr_table_setn(r->notes, NOTE_OPEN, "");
    return has_credentials(r, site, place) ? OK : DECLINED;
}
