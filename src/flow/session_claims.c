#include "flow/session_claims.h"

#include "base/json.h"
#include "flow/flow_private.h"
#include "oidc/claims.h"

#define MIN_LIFE_SEC                                                                     \
    60 /* else clocks that differ would make renewals of every request                   \
        */

static int64_t auth_time_of(const json_t *claims)
{
    json_int_t seconds;

    return cog_json_whole(claims, "auth_time", &seconds) ? seconds : 0;
}

void cog_session_take_claims(const cog_flow_t *flow, const json_t *claims,
                             cog_session_t *session)
{
    session->auth_time = auth_time_of(claims);
    session->subject = cog_json_string(claims, "sub");
    session->claims =
        cog_claims_select(flow->pool, claims, flow->conf->kept_claims, flow->ports->log);
}

static int64_t between(int64_t number, int64_t low, int64_t high)
{
    return number < low ? low : number > high ? high : number;
}

/* Up to a tenth of the life, so that users who came together are not renewed together. */
static int64_t jitter(const cog_session_t *session, int64_t life)
{
    int64_t seed = session->id[0] * 256 + session->id[1] + session->renewals * 7919;

    return seed % (life / 10 + 1);
}

void cog_session_set_life(const cog_flow_t *flow, int64_t token_expires,
                          int has_refresh_token, cog_session_t *session)
{
    int64_t now = cog_flow_now(flow);
    int64_t life =
        between(token_expires - now, MIN_LIFE_SEC, flow->conf->longest.max_sec);

    session->renew_at = 0;
    session->expires = 0;
    if (flow->conf->has_renewal) {
        session->expires = now + life;
        session->renew_at = has_refresh_token ? now + life * 3 / 4 + jitter(session, life)
                                              : session->expires;
    }
}

static cog_secret_t kept_if(int is_wanted, cog_secret_t secret)
{
    return is_wanted ? secret : cog_secret_of(NULL);
}

void cog_session_take_tokens(const cog_flow_t *flow, const cog_tokens_t *fresh,
                             const cog_session_tokens_t *before,
                             cog_session_tokens_t *kept)
{
    cog_secret_t id_token =
        cog_secret_is_set(fresh->id_token) ? fresh->id_token : before->id_token;

    kept->refresh_token = cog_secret_is_set(fresh->refresh_token) ? fresh->refresh_token
                                                                  : before->refresh_token;
    kept->nonce = before->nonce;
    kept->id_token = kept_if(flow->conf->keeps_id_token, id_token);
    kept->access_token = kept_if(flow->conf->keeps_access_token, fresh->access_token);
}
