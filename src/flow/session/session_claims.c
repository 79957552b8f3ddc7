#include "flow/session/session_claims.h"

#include "base/json.h"
#include "oidc/claims.h"

#define MIN_LIFE_SEC 60 /* less is no life, but clocks that differ */

static int64_t time_of(const json_t *claims, const char *name)
{
    json_int_t seconds;

    return cog_json_whole(claims, name, &seconds) ? seconds : 0;
}

void cog_session_take_claims(const cog_flow_t *flow, const json_t *claims,
                             cog_session_t *session)
{
    session->auth_time = time_of(claims, "auth_time");
    session->subject = cog_json_string(claims, "sub");
    session->claims =
        cog_claims_select(flow->pool, claims, flow->conf->kept_claims, flow->ports->log);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How long the token lives from now on by our clock; where that is hardly any time, as
 * long as it was made for, lest every request be a renewal. */
static int64_t life_of(const cog_flow_t *flow, const cog_token_life_t *token)
{
    int64_t life = token->expires - cog_flow_now(flow);

    if (life < MIN_LIFE_SEC) {
        life = smaller(token->expires - token->issued, MIN_LIFE_SEC);
    }
    return life < 1 ? 1 : smaller(life, flow->conf->longest.max_sec);
}

cog_token_life_t cog_token_life_of(const json_t *claims)
{
    return (cog_token_life_t){time_of(claims, "iat"), time_of(claims, "exp")};
}

/* Up to a tenth of the life, so that users who came together are not renewed together. */
static int64_t jitter(const cog_session_t *session, int64_t life)
{
    int64_t seed = session->id[0] * 256 + session->id[1] + session->renewals * 7919;

    return seed % (life / 10 + 1);
}

void cog_session_set_life(const cog_flow_t *flow, const cog_token_life_t *token,
                          int has_refresh_token, cog_session_t *session)
{
    int64_t now = cog_flow_now(flow);
    int64_t life = life_of(flow, token);

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
