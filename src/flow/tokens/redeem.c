#include "flow/tokens/redeem.h"

#include "base/log.h"
#include "flow/provider/client_credentials.h"
#include "flow/provider/provider.h"

/* What is to be redeemed: one of the two. */
typedef struct {
    const cog_code_grant_t *code;
    cog_secret_t refresh_token;
} grant_t;

static void write_form(apr_pool_t *pool, const cog_client_credentials_t *credentials,
                       const grant_t *grant, cog_form_request_t *form)
{
    if (grant->code) {
        cog_token_request(pool, credentials, grant->code, form);
    }
    else {
        cog_refresh_request(pool, credentials, grant->refresh_token, form);
    }
}

static cog_err_t parse(apr_pool_t *pool, const grant_t *grant,
                       const cog_fetch_response_t *response, cog_tokens_t *tokens)
{
    return grant->code
               ? cog_tokens_parse(pool, response->status, response->body, tokens)
               : cog_tokens_parse_renewed(pool, response->status, response->body, tokens);
}

/* That a session cannot be renewed any more is how it usually ends. */
static cog_log_level_t level_of(const grant_t *grant, cog_err_t err)
{
    return !grant->code && err == COG_E_IDP_GRANT ? COG_LOG_DEBUG : COG_LOG_WARNING;
}

static cog_err_t redeem_as(cog_flow_t *flow, const char *endpoint, const grant_t *grant,
                           int index, cog_tokens_t *tokens)
{
    cog_client_credentials_t credentials =
        cog_client_credentials(flow->pool, flow->place->client, index);
    cog_fetch_request_t request = {
        .kind = COG_CALL_TOKEN, .url = endpoint, .accept = "application/json"};
    cog_fetch_response_t response;
    cog_form_request_t form;
    cog_err_t err;

    write_form(flow->pool, &credentials, grant, &form);
    request.form = form.body;
    request.authorization = form.authorization;
    COG_TRY(cog_bulkhead_fetch(flow,
                               cog_provider_redeeming(flow->place->client->provider),
                               &request, &response));
    err = parse(flow->pool, grant, &response, tokens);
    if (err != COG_OK) {
        COG_LOG_AT(flow->ports->log, level_of(grant, err), 3050,
                   "token endpoint answered %d: %s", response.status,
                   cog_tokens_error_text(flow->pool, response.body));
    }
    return err;
}

static cog_err_t redeem(cog_flow_t *flow, const grant_t *grant, cog_tokens_t *tokens)
{
    const cog_client_conf_t *client = flow->place->client;
    cog_endpoints_t endpoints;
    cog_err_t err = COG_E_IDP_CLIENT;

    COG_TRY(cog_provider_endpoints(flow, client->provider, &endpoints));
    for (int i = 0; i < cog_client_credentials_count(client) && err == COG_E_IDP_CLIENT;
         ++i) {
        err = redeem_as(flow, endpoints.token, grant, i, tokens);
    }
    return err;
}

cog_err_t cog_redeem_code(cog_flow_t *flow, const cog_login_state_t *login,
                          cog_secret_t code, cog_tokens_t *tokens)
{
    const cog_code_grant_t code_grant = {code, login->redirect_uri, login->code_verifier};
    const grant_t grant = {.code = &code_grant};

    return redeem(flow, &grant, tokens);
}

cog_err_t cog_redeem_refresh_token(cog_flow_t *flow, cog_secret_t refresh_token,
                                   cog_tokens_t *tokens)
{
    const grant_t grant = {.refresh_token = refresh_token};

    return redeem(flow, &grant, tokens);
}
