#include "doctor/token_answer.h"

#include "oidc/token.h"

#define NO_CODE     "00000000-0000-4000-8000-000000000000"
#define NO_VERIFIER "doctor-0000000000000000000000000000000000000"

cog_err_t cog_token_answer(cog_patient_t *patient, cog_secret_t secret)
{
    const cog_client_credentials_t credentials = {.client_id = patient->client->client_id,
                                                  .client_secret = secret,
                                                  .method = patient->client->auth_method};
    const cog_code_grant_t grant = {.code = cog_secret_of(NO_CODE),
                                    .redirect_uri = cog_patient_callback(patient, 0),
                                    .code_verifier = cog_secret_of(NO_VERIFIER)};
    cog_fetch_request_t request = {.url = patient->endpoints.token,
                                   .accept = "application/json"};
    cog_fetch_response_t response;
    cog_form_request_t form;
    cog_tokens_t tokens;

    cog_token_request(patient->pool, &credentials, &grant, &form);
    request.form = form.body;
    request.authorization = form.authorization;
    if (cog_patient_fetch(patient, &request, &response)) {
        return COG_E_IDP_UNREACHABLE;
    }
    return cog_tokens_parse(patient->pool, response.status, response.body, &tokens);
}

int cog_token_answer_is_known(cog_err_t answer)
{
    return answer == COG_E_IDP_GRANT || answer == COG_E_IDP_REDIRECT_URI;
}

cog_err_t cog_token_answer_to_any(cog_patient_t *patient)
{
    for (int i = 0; i < COG_MAX_SECRETS && i < patient->client->secret_count; ++i) {
        const cog_known_secret_t *known = &patient->secrets[i];
        cog_err_t answer =
            known->problem ? COG_E_IDP_CLIENT : cog_token_answer(patient, known->secret);

        if (cog_token_answer_is_known(answer)) {
            return answer;
        }
    }
    return cog_token_answer(patient, cog_secret_of(NULL));
}
