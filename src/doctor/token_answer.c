#include "doctor/token_answer.h"

#include "oidc/token.h"

#define NO_CODE     "00000000-0000-4000-8000-000000000000"
#define NO_VERIFIER "doctor-0000000000000000000000000000000000000"

cog_err_t cog_token_answer(cog_probe_t *probe, cog_secret_t secret)
{
    const cog_client_credentials_t credentials = {.client_id = probe->client->client_id,
                                                  .client_secret = secret,
                                                  .method = probe->client->auth_method};
    const cog_code_grant_t grant = {.code = cog_secret_of(NO_CODE),
                                    .redirect_uri = cog_probe_callback(probe, 0),
                                    .code_verifier = cog_secret_of(NO_VERIFIER)};
    cog_fetch_request_t request = {.url = probe->endpoints.token,
                                   .accept = "application/json"};
    cog_fetch_response_t response;
    cog_form_request_t form;
    cog_tokens_t tokens;

    cog_token_request(probe->pool, &credentials, &grant, &form);
    request.form = form.body;
    request.authorization = form.authorization;
    if (cog_probe_fetch(probe, &request, &response)) {
        return COG_E_IDP_UNREACHABLE;
    }
    return cog_tokens_parse(probe->pool, response.status, response.body, &tokens);
}

int cog_token_answer_is_known(cog_err_t answer)
{
    return answer == COG_E_IDP_GRANT || answer == COG_E_IDP_REDIRECT_URI;
}

cog_err_t cog_token_answer_to_any(cog_probe_t *probe)
{
    for (int i = 0; i < COG_MAX_SECRETS && i < probe->client->secret_count; ++i) {
        const cog_known_secret_t *known = &probe->secrets[i];
        cog_err_t answer =
            known->problem ? COG_E_IDP_CLIENT : cog_token_answer(probe, known->secret);

        if (cog_token_answer_is_known(answer)) {
            return answer;
        }
    }
    return cog_token_answer(probe, cog_secret_of(NULL));
}
