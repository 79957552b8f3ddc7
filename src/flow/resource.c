/* A protected place: let the user in, or send them to the login. */
#include <apr_strings.h>

#include "base/language.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/failure.h"
#include "flow/handlers.h"
#include "flow/login/login.h"
#include "flow/meter.h"
#include "flow/navigation.h"
#include "flow/resource.h"
#include "flow/session/renewal.h"
#include "flow/session/session_lookup.h"
#include "flow/session/session_lifecycle.h"

static void grant(cog_flow_t *flow, const cog_session_t *session, cog_reply_t *reply)
{
    const cog_session_limits_t limits = cog_flow_limits(flow);

    cog_flow_count(flow, COG_EVENT_SESSION_ACCEPTED);
    reply->kind = COG_REPLY_GRANT;
    reply->status = 200;
    reply->session = session;
    COG_LOG(flow->ports->log, DEBUG, 3031, "session %s of sub %s lets the request in",
            cog_session_id_text(flow->pool, session),
            cog_text_for_log(flow->pool, session->subject, 255));
    if (cog_session_wants_touch(session, &limits, cog_flow_now(flow))) {
        /* not worth a refusal: the next request tries again */
        (void)cog_session_touch(flow, session, reply);
    }
}

static const char *requested(const cog_flow_t *flow)
{
    const cog_request_t *request = flow->request;
    const char *target = request->path;

    if (request->query) {
        target = apr_pstrcat(flow->pool, request->path, "?", request->query, NULL);
    }
    return cog_flow_return_to(flow, target);
}

static void show_login(const cog_flow_t *flow, int64_t max_age_sec, cog_page_t *page)
{
    const cog_failure_t *failure = cog_failure_of(COG_E_UNAUTHENTICATED);

    page->title = failure->title;
    page->cause = failure->cause;
    page->link = cog_login_url(flow, requested(flow), max_age_sec);
    page->link_text = COG_SAY("Sign in");
}

/* Who navigates sees where the login is. The page that a script of this site runs in is
 * where its user wants to be again. */
static void refuse(cog_flow_t *flow, cog_err_t err, int64_t max_age_sec,
                   cog_reply_t *reply)
{
    const char *page = cog_request_referring_path(flow->request, cog_flow_origin(flow));

    cog_login_refuse(flow, err, page ? cog_flow_return_to(flow, page) : NULL, max_age_sec,
                     reply);
    if (cog_request_is_navigation(flow->request)) {
        reply->kind = COG_REPLY_PAGE;
        show_login(flow, max_age_sec, &reply->page);
    }
}

static int shall_login(const cog_flow_t *flow)
{
    switch (flow->place->unauthenticated) {
    case COG_UNAUTHENTICATED_LOGIN:
        return 1;
    case COG_UNAUTHENTICATED_401:
        return 0;
    case COG_UNAUTHENTICATED_AUTO:
    case COG_UNAUTHENTICATED_PASS:
        break;
    }
    return cog_request_is_navigation(flow->request);
}

/* Where the browser would not send the session, each login would lead to the next one. */
static cog_err_t check_reach(cog_flow_t *flow)
{
    static const cog_cause_t out_of_reach = {
        COG_SAY("The sign-in of this site does not reach as far as this page.",
                "Please tell the administrator of this site, with the number below."),
        "this place is outside of CognitoCookie path=, so that no browser sends its "
        "session here: make the path wider",
        0};

    if (cog_cookie_reaches(flow->conf->cookies.path, flow->request->path)) {
        return COG_OK;
    }
    flow->cause = &out_of_reach;
    return COG_E_MISCONFIGURED;
}

static void pass(const cog_flow_t *flow, cog_err_t err, cog_reply_t *reply)
{
    COG_LOG(flow->ports->log, DEBUG, 3032, "no session (%s), and none is needed",
            cog_err_name(err));
    reply->kind = COG_REPLY_PASS;
    reply->status = 200;
}

/* Would a new login help? */
static int is_about_login(cog_err_t err)
{
    return err != COG_E_MISCONFIGURED && err != COG_E_STORE && !cog_err_is_no_answer(err);
}

cog_err_t cog_flow_resource(cog_flow_t *flow, cog_reply_t *reply)
{
    cog_login_options_t options = {.place = flow->place, .keeps_form = 1};
    cog_session_t *session;
    cog_err_t err = cog_session_load(flow, &session);

    if (err == COG_OK) {
        err = cog_session_renew(flow, &session, reply);
    }
    if (err == COG_OK) {
        grant(flow, session, reply);
        return COG_OK;
    }
    COG_REQUIRE(is_about_login(err), err);
    if (flow->place->lets_all_in) {
        pass(flow, err, reply);
        return COG_OK;
    }
    cog_flow_count_refusal(flow, err);
    COG_LOG(flow->ports->log, DEBUG, 3030, "no session (%s): %s", cog_err_name(err),
            shall_login(flow) ? "a navigation, to the login" : "answered with 401");
    if (!shall_login(flow)) {
        refuse(flow, COG_E_UNAUTHENTICATED, 0, reply);
        return COG_OK;
    }
    COG_TRY(check_reach(flow));
    options.return_to = requested(flow);
    return cog_login_start(flow, &options, reply);
}

void cog_flow_sign_in_anew(cog_flow_t *flow, int64_t max_age_sec, cog_reply_t *reply)
{
    cog_login_options_t options = {.place = flow->place,
                                   .return_to = requested(flow),
                                   .max_age_sec = max_age_sec,
                                   .keeps_form = 1};
    cog_err_t err;

    cog_flow_count_refusal(flow, COG_E_AUTH_AGE);
    if (!shall_login(flow)) {
        refuse(flow, COG_E_AUTH_AGE, max_age_sec, reply);
        return;
    }
    err = cog_login_start(flow, &options, reply);
    if (err != COG_OK) {
        cog_reply_fail(flow, err, reply);
    }
}
