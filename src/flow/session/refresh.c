#include "flow/session/refresh.h"

#include <apr_strings.h>

#include "flow/meter.h"
#include "flow/provider/provider.h"
#include "flow/session/session_claims.h"
#include "flow/tokens/redeem.h"
#include "flow/tokens/verified_claims.h"

#define USUAL_LIFE_SEC 3600 /* of a user pool's access token */

static cog_err_t redeem(cog_flow_t *flow, cog_secret_t refresh_token, cog_tokens_t *fresh)
{
    const cog_client_conf_t *client = flow->place->client;
    cog_err_t err = cog_redeem_refresh_token(flow, refresh_token, fresh);
    int is_outage = cog_err_is_no_answer(err);

    cog_flow_note_outage(flow, client->issuer, is_outage);
    cog_outage_note(cog_provider_outage(client->provider), !is_outage,
                    cog_flow_now(flow));
    return err;
}

/* The session as it is, under the number of another renewal. */
static cog_session_t *next_of(const cog_flow_t *flow, const cog_session_t *session)
{
    cog_session_t *next = apr_pmemdup(flow->pool, session, sizeof(*session));

    ++next->renewals;
    return next;
}

static cog_token_life_t life_of(const cog_flow_t *flow, const json_t *claims,
                                const cog_tokens_t *fresh)
{
    int64_t now = cog_flow_now(flow);

    if (claims) {
        return cog_token_life_of(claims);
    }
    return (cog_token_life_t){
        now, now + (fresh->expires_in > 0 ? fresh->expires_in : USUAL_LIFE_SEC)};
}

/* The time of the sign-in stays: nobody has signed in. */
static void take_over(const cog_flow_t *flow, const cog_tokens_t *fresh,
                      const cog_session_tokens_t *held, cog_refreshed_t *refreshed)
{
    cog_session_t *session = refreshed->session;
    int64_t auth_time = session->auth_time;
    cog_token_life_t life = life_of(flow, refreshed->claims, fresh);

    if (refreshed->claims) {
        cog_session_take_claims(flow, refreshed->claims, session);
        session->auth_time = auth_time;
    }
    session->seen = cog_flow_now(flow);
    cog_session_take_tokens(flow, fresh, held, &refreshed->tokens);
    cog_session_set_life(flow, &life, 1, session);
}

cog_err_t cog_session_refresh(cog_flow_t *flow, const cog_session_t *session,
                              const cog_session_tokens_t *held,
                              cog_refreshed_t *refreshed)
{
    cog_tokens_t fresh;
    json_t *claims = NULL;
    cog_err_t err;

    COG_TRY(redeem(flow, held->refresh_token, &fresh));
    err = cog_verified_claims_of_renewal(flow, session, held, &fresh, &claims);
    COG_REQUIRE(err != COG_E_TOKEN_SUBJECT, err);
    COG_REQUIRE(err == COG_OK || cog_secret_is_set(fresh.refresh_token), err);
    *refreshed = (cog_refreshed_t){next_of(flow, session), *held, NULL, err};
    if (err != COG_OK) {
        refreshed->tokens.refresh_token = fresh.refresh_token;
        return COG_OK;
    }
    refreshed->claims = claims;
    take_over(flow, &fresh, held, refreshed);
    return COG_OK;
}
