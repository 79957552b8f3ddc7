/* The page at `login?return_to=…&for=…&screen=…&provider=…`: where a link or a script's
 * window.location begins a login. `for` is what it shall open, where that is not the page
 * to which it returns. */
#include <string.h>

#include "base/duration.h"
#include "base/query.h"
#include "flow/handlers.h"
#include "flow/login/login.h"
#include "flow/navigation.h"
#include "flow/session/renewal.h"
#include "flow/session/session_lookup.h"

static cog_err_t parse_screen(const char *text, cog_screen_t *screen)
{
    *screen = COG_SCREEN_SIGN_IN;
    if (text && strcmp(text, "signup") == 0) {
        *screen = COG_SCREEN_SIGN_UP;
    }
    else if (text && strcmp(text, "forgot") == 0) {
        *screen = COG_SCREEN_FORGOT_PASSWORD;
    }
    COG_REQUIRE(!text || *screen != COG_SCREEN_SIGN_IN, COG_E_BAD_QUERY);
    return COG_OK;
}

/* What a link may say is little, for anybody may have made it. */
static cog_err_t parse_options(cog_flow_t *flow, cog_login_options_t *options)
{
    apr_array_header_t *params;
    const char *max_age;
    const char *target;

    COG_TRY(cog_query_parse(flow->pool, flow->request->query, &params));
    options->return_to = cog_flow_return_to(flow, cog_query_get(params, "return_to"));
    target = cog_query_get(params, "for");
    options->place = cog_flow_place_of(flow, target ? cog_flow_return_to(flow, target)
                                                    : options->return_to);
    max_age = cog_query_get(params, "max_age");
    COG_REQUIRE(!max_age || !cog_duration_parse(max_age, &options->max_age_sec),
                COG_E_BAD_QUERY);
    options->provider = cog_query_get(params, "provider");
    COG_REQUIRE(!options->provider || cog_authorize_is_provider(options->provider),
                COG_E_BAD_QUERY);
    return parse_screen(cog_query_get(params, "screen"), &options->screen);
}

cog_err_t cog_flow_login(cog_flow_t *flow, cog_reply_t *reply)
{
    cog_login_options_t options = {0};
    cog_session_t *session;
    cog_err_t err;

    COG_TRY(cog_reply_require_get(flow, reply));
    COG_TRY(parse_options(flow, &options));
    COG_REQUIRE(cog_request_is_navigation(flow->request), COG_E_UNAUTHENTICATED);

    flow->place = options.place;
    err = cog_session_load(flow, &session);
    if (err == COG_OK) {
        err = cog_session_renew(flow, &session, reply);
    }
    COG_REQUIRE(err != COG_E_STORE, err);
    if (err == COG_OK &&
        cog_login_is_fresh(flow, options.max_age_sec, session->auth_time)) {
        cog_reply_send_back(flow, options.return_to, reply);
        return COG_OK;
    }
    return cog_login_start(flow, &options, reply);
}
