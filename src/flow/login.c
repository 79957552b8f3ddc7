#include "flow/login.h"

#include <apr_strings.h>
#include <string.h>

#include "base/log.h"
#include "base/query.h"
#include "base/text.h"
#include "flow/flow_private.h"
#include "flow/login_cookies.h"
#include "flow/navigation.h"
#include "flow/provider.h"
#include "flow/session_store.h"
#include "oidc/authorize.h"

static int is_silent(const cog_param_t *param)
{
    return strcmp(param->name, "prompt") == 0 && strcmp(param->value, "none") == 0;
}

/* A prompt=none that found no session at the user pool must not ask for the same again.
 */
static const apr_array_header_t *extra_params(const cog_flow_t *flow,
                                              const cog_login_order_t *order)
{
    const apr_array_header_t *params = order->place->login_params;
    apr_array_header_t *extra;

    if (order->attempt == 0 || !params) {
        return params;
    }
    extra = cog_query_make(flow->pool);
    for (int i = 0; i < params->nelts; ++i) {
        const cog_param_t *param = &APR_ARRAY_IDX(params, i, cog_param_t);

        if (!is_silent(param)) {
            cog_query_add(extra, param->name, param->value);
        }
    }
    return extra;
}

static const char *redirect_uri(const cog_flow_t *flow)
{
    return apr_pstrcat(flow->pool, cog_flow_origin(flow),
                       APR_ARRAY_IDX(flow->conf->callbacks, 0, const char *), NULL);
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

static cog_err_t make_login(cog_flow_t *flow, const cog_login_order_t *order,
                            cog_login_state_t **login)
{
    cog_login_state_t *made;

    COG_TRY(cog_login_state_make(flow->pool, flow->ports->random, &made));
    made->created = cog_flow_now(flow);
    made->attempt = order->attempt;
    made->client = order->place->client->name;
    made->redirect_uri = redirect_uri(flow);
    made->return_to = short_return_to(flow, order->return_to);
    *login = made;
    return COG_OK;
}

static const char *authorize_url(cog_flow_t *flow, const cog_login_order_t *order,
                                 const cog_login_state_t *login,
                                 const cog_endpoints_t *endpoints, const char *state)
{
    const cog_client_conf_t *client = order->place->client;
    const cog_authorize_t authorize = {
        .endpoint = endpoints->authorize,
        .client_id = client->client_id,
        .redirect_uri = login->redirect_uri,
        .scope = client->scope,
        .state = state,
        .nonce = login->nonce,
        .code_verifier = login->code_verifier,
        .extra = extra_params(flow, order),
    };

    return cog_authorize_url(flow->pool, &authorize);
}

cog_err_t cog_login_start(cog_flow_t *flow, const cog_login_order_t *order,
                          cog_reply_t *reply)
{
    cog_sealer_t sealer = cog_flow_sealer(flow);
    cog_endpoints_t endpoints;
    cog_login_state_t *login;
    const char *state;

    COG_REQUIRE(order->place->client, COG_E_MISCONFIGURED);
    COG_TRY(cog_provider_endpoints(flow, order->place->client->provider, &endpoints));
    COG_TRY(make_login(flow, order, &login));
    COG_TRY(cog_login_state_write(flow->pool, &sealer, login, &state));
    COG_TRY(cog_login_cookie_set(flow, login, reply));

    COG_LOG(flow->ports->log, DEBUG, 3011, "login starts: redirect URI %s, back to %s",
            login->redirect_uri, cog_text_for_log(flow->pool, login->return_to, 256));
    cog_reply_redirect(reply, strcmp(flow->request->method, "POST") == 0 ? 303 : 302,
                       authorize_url(flow, order, login, &endpoints, state));
    return COG_OK;
}

const char *cog_login_url(const cog_flow_t *flow, const char *return_to)
{
    apr_array_header_t *params = cog_query_make(flow->pool);

    cog_query_add(params, "return_to", return_to);
    return cog_query_append(flow->pool, cog_flow_own_url(flow, "login"), params);
}

static const cog_place_t *place_with_client(cog_flow_t *flow, const char *return_to)
{
    const cog_place_t *place = flow->request->place_of(flow->request, return_to);
    cog_place_t *open_place;

    if (place->client) {
        return place;
    }
    open_place = apr_pmemdup(flow->pool, place, sizeof(*place));
    open_place->client = cog_conf_first_client(flow->conf);
    return open_place;
}

/* The page at `login?return_to=…`, a link or a script's window.location. */
cog_err_t cog_flow_login(cog_flow_t *flow, cog_reply_t *reply)
{
    cog_login_order_t order = {0};
    apr_array_header_t *params;
    cog_session_t *session;
    cog_err_t err;

    COG_TRY(cog_reply_require_get(flow, reply));
    COG_TRY(cog_query_parse(flow->pool, flow->request->query, &params));
    COG_REQUIRE(cog_request_is_navigation(flow->request), COG_E_UNAUTHENTICATED);

    order.return_to = cog_flow_return_to(flow, cog_query_get(params, "return_to"));
    order.place = place_with_client(flow, order.return_to);
    flow->place = order.place;
    err = cog_flow_load_session(flow, &session);
    COG_REQUIRE(err != COG_E_STORE, err);
    if (err == COG_OK) {
        cog_reply_send_back(flow, order.return_to, reply);
        return COG_OK;
    }
    return cog_login_start(flow, &order, reply);
}
