#include "flow/login/login.h"

#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/query.h"
#include "base/text.h"
#include "flow/login/kept_form.h"
#include "flow/login/login_cookies.h"
#include "flow/meter.h"
#include "flow/provider/provider.h"
#include "session/rule.h"

#define MAX_SLACK_SEC 10 /* from the callback to the page */

/* How a login that wants a fresh sign-in asks for it. */
typedef enum { NOT_FRESH, BY_PROMPT, BY_SIGN_OUT } way_t;

static way_t way_of(const cog_login_options_t *options, const cog_endpoints_t *endpoints)
{
    if (options->max_age_sec == 0 || options->attempt > 1) {
        return NOT_FRESH;
    }
    return options->attempt == 1 && endpoints->logout ? BY_SIGN_OUT : BY_PROMPT;
}

static int is(const cog_param_t *param, const char *name)
{
    return strcmp(param->name, name) == 0;
}

static int is_provider(const cog_param_t *param)
{
    return is(param, "identity_provider") || is(param, "idp_identifier");
}

/* The page where the login begins: a fresh or repeated one begins with the sign-in. */
static cog_screen_t screen_of(const cog_login_options_t *options, way_t way)
{
    return way == NOT_FRESH && options->attempt == 0 ? options->screen
                                                     : COG_SCREEN_SIGN_IN;
}

/* A prompt=none that found no session at the user pool must not ask for the same again;
 * its sign-out takes no identity provider, and of those who want an account or a password
 * nothing is known. */
static int may_stay(const cog_param_t *param, const cog_login_options_t *options,
                    way_t way)
{
    if (screen_of(options, way) != COG_SCREEN_SIGN_IN) {
        return !is_provider(param) && !is(param, "prompt") && !is(param, "max_age");
    }
    if (is(param, "prompt") && strcmp(param->value, "none") == 0) {
        return options->attempt == 0 && way == NOT_FRESH;
    }
    if (is(param, "prompt") || is(param, "max_age")) {
        return way == NOT_FRESH;
    }
    return way != BY_SIGN_OUT || !is_provider(param);
}

/* What the place says of identity providers goes before what a link wants. */
static void add_provider(const cog_flow_t *flow, const cog_login_options_t *options,
                         apr_array_header_t *extra)
{
    for (int i = 0; i < extra->nelts; ++i) {
        if (is_provider(&APR_ARRAY_IDX(extra, i, cog_param_t))) {
            COG_LOG(flow->ports->log, DEBUG, 3080,
                    "the identity provider of the link is not that of the place: it is "
                    "left out");
            return;
        }
    }
    cog_query_add(extra, "identity_provider", options->provider);
}

static const apr_array_header_t *
extra_params(const cog_flow_t *flow, const cog_login_options_t *options, way_t way)
{
    const cog_place_t *place = options->place;
    const apr_array_header_t *params =
        place->login_params ? place->login_params(place->context) : NULL;
    apr_array_header_t *extra = cog_query_make(flow->pool);

    for (int i = 0; params && i < params->nelts; ++i) {
        const cog_param_t *param = &APR_ARRAY_IDX(params, i, cog_param_t);

        if (may_stay(param, options, way)) {
            cog_query_add(extra, param->name, param->value);
        }
    }
    if (options->provider && way != BY_SIGN_OUT &&
        screen_of(options, way) == COG_SCREEN_SIGN_IN) {
        add_provider(flow, options, extra);
    }
    if (way == BY_PROMPT) {
        cog_query_add(extra, "prompt", "login");
        cog_query_add(
            extra, "max_age",
            apr_psprintf(flow->pool, "%" APR_INT64_T_FMT, options->max_age_sec));
    }
    return extra;
}

static const char *redirect_uri(const cog_flow_t *flow, const cog_client_conf_t *client)
{
    return apr_pstrcat(flow->pool, cog_flow_origin(flow), client->callback, NULL);
}

/* A long way back is shortened to its path, or forgotten, for all cookies of a site share
 * one header line. */
static const char *short_return_to(const cog_flow_t *flow, const char *return_to)
{
    size_t path_len = strcspn(return_to, "?");

    if (strlen(return_to) <= COG_LOGIN_MAX_RETURN) {
        return return_to;
    }
    COG_LOG(flow->ports->log, INFO, 3010,
            "return_to of %" APR_SIZE_T_FMT " bytes is too long, %s is dropped",
            strlen(return_to), path_len > COG_LOGIN_MAX_RETURN ? "it" : "its query");
    return path_len > COG_LOGIN_MAX_RETURN
               ? "/"
               : apr_pstrndup(flow->pool, return_to, path_len);
}

static cog_err_t make_login(cog_flow_t *flow, const cog_login_options_t *options,
                            cog_login_state_t **login)
{
    const cog_client_conf_t *client = options->place->client;
    cog_login_state_t *made;

    COG_TRY(cog_login_state_make(flow->pool, flow->ports->random, &made));
    made->created = cog_flow_now(flow);
    made->attempt = options->attempt;
    made->max_age_sec = options->max_age_sec;
    made->client = client->name;
    made->client_mark = cog_client_mark(flow->pool, client);
    made->redirect_uri = redirect_uri(flow, client);
    made->return_to = short_return_to(flow, options->return_to);
    made->provider = options->provider ? options->provider : "";
    made->form = options->form ? options->form : "";
    if (options->keeps_form) {
        cog_form_keep(flow, made);
    }
    *login = made;
    return COG_OK;
}

static const char *sign_in_url(cog_flow_t *flow, const cog_login_options_t *options,
                               const cog_login_state_t *login,
                               const cog_endpoints_t *endpoints, const char *state)
{
    const cog_client_conf_t *client = options->place->client;
    way_t way = way_of(options, endpoints);
    const char *page =
        cog_authorize_screen(flow->pool, endpoints->authorize, screen_of(options, way));
    const cog_authorize_t authorize = {
        .endpoint = way == BY_SIGN_OUT ? endpoints->logout : page,
        .client_id = client->client_id,
        .redirect_uri = login->redirect_uri,
        .scope = client->scope,
        .state = state,
        .nonce = login->nonce,
        .code_verifier = login->code_verifier,
        .extra = extra_params(flow, options, way),
    };

    return cog_authorize_url(flow->pool, &authorize);
}

cog_err_t cog_login_start(cog_flow_t *flow, const cog_login_options_t *options,
                          cog_reply_t *reply)
{
    cog_sealer_t sealer = cog_flow_sealer(flow);
    cog_endpoints_t endpoints;
    cog_login_state_t *login;
    const char *state;

    COG_REQUIRE(options->place->client, COG_E_MISCONFIGURED);
    COG_TRY(cog_provider_endpoints(flow, options->place->client->provider, &endpoints));
    COG_TRY(make_login(flow, options, &login));
    COG_TRY(cog_login_state_write(flow->pool, &sealer, login, &state));
    COG_TRY(cog_login_cookie_set(flow, login, reply));

    COG_LOG(flow->ports->log, DEBUG, 3011, "login starts: redirect URI %s, back to %s",
            login->redirect_uri, cog_text_for_log(flow->pool, login->return_to, 256));
    cog_flow_count(flow, COG_EVENT_LOGIN_BEGUN);
    cog_reply_redirect(reply, strcmp(flow->request->method, "POST") == 0 ? 303 : 302,
                       sign_in_url(flow, options, login, &endpoints, state));
    return COG_OK;
}

static int takes_the_same_sessions(const cog_place_t *a, const cog_place_t *b)
{
    return a->client == b->client && a->limits.idle_sec == b->limits.idle_sec &&
           a->limits.max_sec == b->limits.max_sec;
}

/* What this request asks for, where a session that is good enough for the page would not
 * do: by it alone each login would lead straight back, and to the next refusal. NULL: the
 * page says it all. */
static const char *asked_for(const cog_flow_t *flow, const char *return_to)
{
    const cog_place_t *page = cog_flow_place_of(flow, return_to ? return_to : "/");

    return takes_the_same_sessions(page, flow->place) ? NULL : flow->request->path;
}

static const char *login_url(const cog_flow_t *flow, const char *return_to,
                             const char *target, int64_t max_age_sec)
{
    apr_array_header_t *params = cog_query_make(flow->pool);

    cog_query_add(params, "return_to", return_to);
    cog_query_add(params, "for", target);
    if (max_age_sec > 0) {
        cog_query_add(params, "max_age",
                      apr_psprintf(flow->pool, "%" APR_INT64_T_FMT "s", max_age_sec));
    }
    return cog_query_append(flow->pool, cog_flow_own_url(flow, "login"), params);
}

const char *cog_login_url(const cog_flow_t *flow, const char *return_to,
                          int64_t max_age_sec)
{
    return login_url(flow, return_to, NULL, max_age_sec);
}

void cog_login_refuse(const cog_flow_t *flow, cog_err_t err, const char *return_to,
                      int64_t max_age_sec, cog_reply_t *reply)
{
    const char *url = login_url(flow, return_to, asked_for(flow, return_to), max_age_sec);
    json_t *object =
        json_pack("{s:s, s:s}", "error", cog_err_name(err), "login_url", url);

    cog_reply_json(flow->pool, reply, 401, cog_json_own(flow->pool, object));
    reply->error = err;
}

int cog_login_is_fresh(const cog_flow_t *flow, int64_t max_age_sec, int64_t auth_time)
{
    int64_t slack = max_age_sec / 8 < MAX_SLACK_SEC ? max_age_sec / 8 : MAX_SLACK_SEC;

    return max_age_sec == 0 ||
           cog_auth_time_is_within(auth_time, max_age_sec - slack, cog_flow_now(flow));
}
