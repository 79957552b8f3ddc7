/* The user comes back from the hosted UI: redeem the code, start a session, send them on.
 */
#include <apr_strings.h>
#include <string.h>

#include "base/language.h"
#include "base/log.h"
#include "base/query.h"
#include "base/text.h"
#include "flow/audit.h"
#include "flow/handlers.h"
#include "flow/login/kept_form.h"
#include "flow/login/login.h"
#include "flow/login/login_cookies.h"
#include "flow/meter.h"
#include "flow/provider/provider.h"
#include "flow/session/session_claims.h"
#include "flow/session/session_lifecycle.h"
#include "flow/session/session_lookup.h"
#include "flow/tokens/redeem.h"
#include "flow/tokens/verified_claims.h"

/* What the query of a callback says (RFC 6749, 4.1.2). */
typedef struct {
    const char *code;
    const char *state;
    const char *error;
    const char *error_description;
    const char *issuer; /* RFC 9207; Cognito sends none */
} answer_t;

static cog_err_t parse_answer(cog_flow_t *flow, answer_t *answer)
{
    apr_array_header_t *params;

    COG_REQUIRE(cog_query_parse(flow->pool, flow->request->query, &params) == COG_OK,
                COG_E_BAD_CALLBACK);
    answer->code = cog_query_get(params, "code");
    answer->state = cog_query_get(params, "state");
    answer->error = cog_query_get(params, "error");
    answer->error_description = cog_query_get(params, "error_description");
    answer->issuer = cog_query_get(params, "iss");
    COG_REQUIRE(!answer->code || !answer->error, COG_E_BAD_CALLBACK);
    return COG_OK;
}

/* No code goes to another user pool than the one that was asked for it. */
static int is_known(const cog_flow_t *flow, const cog_login_state_t *login)
{
    const cog_client_conf_t *client = cog_conf_client(flow->conf, login->client);

    return client && strcmp(cog_client_mark(flow->pool, client), login->client_mark) == 0;
}

/* The login that `state` speaks of, still good and begun at this very callback URL. */
static cog_err_t resume(cog_flow_t *flow, const cog_login_state_t *state,
                        cog_login_state_t **login)
{
    const char *expected =
        apr_pstrcat(flow->pool, cog_flow_origin(flow), flow->request->path, NULL);
    cog_login_state_t *found;

    COG_TRY(cog_login_cookie_find(flow, state, &found));
    COG_REQUIRE(found->created >= cog_flow_now(flow) - COG_LOGIN_SEC,
                COG_E_STATE_MISMATCH);
    COG_REQUIRE(strcmp(found->redirect_uri, expected) == 0, COG_E_STATE_MISMATCH);
    COG_REQUIRE(is_known(flow, found), COG_E_STATE_MISMATCH);
    *login = found;
    return COG_OK;
}

static const cog_place_t *place_for(cog_flow_t *flow, const char *return_to,
                                    const cog_client_conf_t *client)
{
    cog_place_t *place = apr_pmemdup(
        flow->pool, flow->request->place_of(flow->request, return_to), sizeof(*place));

    place->client = client ? client : place->client;
    place->client = place->client ? place->client : cog_conf_first_client(flow->conf);
    return place;
}

/* `before`: what is known of the login that came to nothing; NULL: nothing. */
static cog_err_t login_again(cog_flow_t *flow, const char *return_to,
                             const cog_login_state_t *before, cog_reply_t *reply)
{
    cog_login_options_t options = {
        .place = flow->place, .return_to = return_to, .attempt = 1};

    if (before) {
        options.attempt = before->attempt + 1;
        options.max_age_sec = before->max_age_sec;
        options.provider = *before->provider ? before->provider : NULL;
        options.form = before->form;
    }
    return cog_login_start(flow, &options, reply);
}

/* Twice in a row the cookie was not there: say why, as far as it can be seen from here.
 */
static cog_err_t explain_loop(cog_flow_t *flow, cog_reply_t *reply)
{
    static const cog_cause_t other_host = {
        COG_SAY("The address in your browser is not the one that this site signs in for.",
                "Open this site by its usual address."),
        "users reach this site under another host than CognitoBaseURL says: add it "
        "there, or "
        "redirect them",
        0};

    if (!cog_flow_known_origin(flow)) {
        COG_LOG(flow->ports->log, WARNING, 3040,
                "callback under host %s, configured is %s",
                cog_text_for_log(flow->pool, flow->request->header(flow->request, "Host"),
                                 255),
                cog_flow_origin(flow));
        flow->cause = &other_host;
    }
    reply->page.link = cog_login_url(flow, NULL, 0);
    reply->page.link_text = COG_SAY("Sign in");
    return COG_E_LOGIN_LOOP;
}

/* A late, repeated, foreign or state-less callback: whoever has a session that will do
 * goes on, everybody else gets one new login. The code that came along is left alone. */
static cog_err_t heal(cog_flow_t *flow, const answer_t *answer,
                      const cog_login_state_t *state, cog_reply_t *reply)
{
    const char *return_to = cog_flow_return_to(flow, state ? state->return_to : NULL);
    cog_session_t *session;
    cog_err_t err;

    COG_REQUIRE(!answer->error, COG_E_STATE_MISMATCH);
    flow->place = place_for(flow, return_to, NULL);
    err = cog_session_load(flow, &session);
    COG_REQUIRE(err != COG_E_STORE, err);
    if (err == COG_OK &&
        cog_login_is_fresh(flow, state ? state->max_age_sec : 0, session->auth_time)) {
        COG_LOG(flow->ports->log, DEBUG, 3041,
                "callback without its login, but with a session: back to %s",
                cog_text_for_log(flow->pool, return_to, 256));
        cog_reply_send_back(flow, return_to, reply);
        return COG_OK;
    }
    if (state && state->attempt > 0) {
        return explain_loop(flow, reply);
    }
    COG_LOG(flow->ports->log, INFO, 3042,
            "callback without its login (%s): one new login",
            state ? "its cookie is gone" : "its state is not ours");
    return login_again(flow, return_to, state, reply);
}

/* The user pool has answered with an error (RFC 6749, 4.1.2.1). */
static cog_err_t refuse(cog_flow_t *flow, const answer_t *answer,
                        const cog_login_state_t *login, cog_reply_t *reply)
{
    const cog_cause_t *cause =
        cog_error_text_find(answer->error, answer->error_description);

    COG_LOG(flow->ports->log, WARNING, 3043, "user pool answered the login with %s: %s",
            cog_text_for_log(flow->pool, answer->error, 64),
            cog_text_for_log(flow->pool, answer->error_description, 512));
    if (cause->may_retry_once && login->attempt == 0) {
        return login_again(flow, login->return_to, login, reply);
    }
    flow->cause = cause;
    return COG_E_LOGIN_REFUSED;
}

static cog_err_t start_session(cog_flow_t *flow, const cog_login_state_t *login,
                               const cog_tokens_t *tokens, cog_session_t *session,
                               cog_reply_t *reply)
{
    const cog_session_tokens_t before = {.nonce = cog_secret_of(login->nonce)};
    cog_session_tokens_t kept;
    cog_token_life_t life;
    json_t *claims;

    COG_TRY(cog_verified_claims_of_login(flow, login, tokens, &claims));
    cog_session_take_claims(flow, claims, session);
    COG_REQUIRE(cog_login_is_fresh(flow, login->max_age_sec, session->auth_time),
                COG_E_AUTH_AGE);
    cog_session_take_tokens(flow, tokens, &before, &kept);
    life = cog_token_life_of(claims);
    cog_session_set_life(flow, &life, cog_secret_is_set(kept.refresh_token), session);
    COG_TRY(cog_session_start(flow, session, &kept, reply));
    cog_flow_audit_session(flow, "login", session, claims);
    return COG_OK;
}

static cog_err_t redeem(cog_flow_t *flow, const answer_t *answer,
                        const cog_login_state_t *login, cog_session_t *session,
                        cog_reply_t *reply)
{
    cog_tokens_t tokens;

    COG_REQUIRE(answer->code && *answer->code, COG_E_BAD_CALLBACK);
    COG_TRY(cog_redeem_code(flow, login, cog_secret_of(answer->code), &tokens));
    return start_session(flow, login, &tokens, session, reply);
}

/* A code may have come late, and a sign-in may not be fresh: then there is another way to
 * ask for it, by a sign-out whose parameters may get lost. */
static int is_worth_another(const cog_login_state_t *login, cog_err_t err)
{
    if (login->attempt == 0) {
        return err == COG_E_IDP_GRANT || err == COG_E_AUTH_AGE;
    }
    return login->attempt == 1 && login->max_age_sec > 0 &&
           (err == COG_E_IDP_GRANT || err == COG_E_IDP_ANSWER ||
            err == COG_E_TOKEN_NONCE);
}

static cog_err_t sign_in(cog_flow_t *flow, const answer_t *answer,
                         const cog_login_state_t *login, cog_reply_t *reply)
{
    cog_session_t session = {0};
    cog_err_t err = redeem(flow, answer, login, &session, reply);

    if (is_worth_another(login, err)) {
        COG_LOG(flow->ports->log, INFO, 3044, "sign-in will not do (%s): one new login",
                cog_err_text(err));
        return login_again(flow, login->return_to, login, reply);
    }
    COG_TRY(err);
    if (!cog_form_resume(flow, login, &session, reply)) {
        cog_reply_send_back(flow, login->return_to, reply);
    }
    return COG_OK;
}

/* RFC 9207, 2.4: where each answer has an issuer, one without it is from elsewhere. */
static cog_err_t check_issuer(cog_flow_t *flow, const answer_t *answer)
{
    const cog_client_conf_t *client = flow->place->client;
    cog_endpoints_t endpoints;

    if (answer->issuer) {
        COG_REQUIRE(strcmp(answer->issuer, client->issuer) == 0, COG_E_BAD_CALLBACK);
        return COG_OK;
    }
    COG_TRY(cog_provider_endpoints(flow, client->provider, &endpoints));
    COG_REQUIRE(!endpoints.names_issuer, COG_E_BAD_CALLBACK);
    return COG_OK;
}

cog_err_t cog_flow_callback(cog_flow_t *flow, cog_reply_t *reply)
{
    cog_login_state_t *state = NULL;
    cog_login_state_t *login;
    answer_t answer;

    cog_flow_count(flow, COG_EVENT_CALLBACK);
    COG_TRY(cog_reply_require_get(flow, reply));
    COG_TRY(parse_answer(flow, &answer));
    if (!answer.state || cog_login_state_read(flow->pool, flow->conf->keyring,
                                              answer.state, &state) != COG_OK) {
        return heal(flow, &answer, NULL, reply);
    }
    if (resume(flow, state, &login) != COG_OK) {
        return heal(flow, &answer, state, reply);
    }
    cog_flow_count(flow, COG_EVENT_LOGIN_RETURNED);
    cog_login_cookie_forget(flow, login, reply);
    flow->place =
        place_for(flow, login->return_to, cog_conf_client(flow->conf, login->client));
    reply->page.link = cog_login_url(flow, login->return_to, login->max_age_sec);
    reply->page.link_text = COG_SAY("Try again");
    COG_TRY(check_issuer(flow, &answer));
    if (answer.error) {
        return refuse(flow, &answer, login, reply);
    }
    return sign_in(flow, &answer, login, reply);
}
