/* The user pool of the world: what it answers. */
#include "test/flow/world_private.h"

#include <apr_strings.h>

#include "crypto/digest.h"

const char *world_access_token(world_t *world)
{
    const char *claims =
        apr_psprintf(world->pool,
                     "{'iss':'" WORLD_ISSUER
                     "','version':2,'token_use':'access','exp':%" APR_INT64_T_FMT
                     ",'iat':%" APR_INT64_T_FMT "%s}",
                     world->now + 3600, world->now, world->access_claims);

    return jwt_maker_sign(world->pool, world->signer, json_text(world->pool, claims));
}

/* The claim, with its comma. */
static const char *auth_time(const world_t *world)
{
    if (world->auth_time < 0) {
        return "";
    }
    return apr_psprintf(world->pool, ",'auth_time':%" APR_INT64_T_FMT,
                        world->auth_time ? world->auth_time : world->now);
}

static const char *good_tokens(world_t *world)
{
    const char *access = world_access_token(world);
    const char *claims = json_text(
        world->pool,
        apr_psprintf(world->pool,
                     "{'iss':'" WORLD_ISSUER "','aud':'" WORLD_CLIENT
                     "','token_use':'id','sub':'%s','exp':%" APR_INT64_T_FMT
                     ",'iat':%" APR_INT64_T_FMT "%s,'nonce':'%s','at_hash':'%s'%s}",
                     world->subject, world->now + 3600, world->now, auth_time(world),
                     world->nonce, cog_digest_half(world->pool, cog_secret_of(access)),
                     world->claims));

    return json_text(
        world->pool,
        apr_psprintf(world->pool,
                     "{'id_token':'%s','access_token':'%s','refresh_token':'%s',"
                     "'expires_in':3600,'token_type':'Bearer'}",
                     jwt_maker_sign(world->pool, world->signer, claims), access,
                     world->refresh_token));
}

/* Is the nonce of a login in a renewed token? Cognito does not say: there is none here.
 */
static const char *renewed_tokens(world_t *world)
{
    const char *access = "renewed-access-token";
    const char *claims =
        json_text(world->pool,
                  apr_psprintf(world->pool,
                               "{'iss':'" WORLD_ISSUER "','aud':'" WORLD_CLIENT
                               "','token_use':'id','sub':'sub-1','exp':%" APR_INT64_T_FMT
                               ",'iat':%" APR_INT64_T_FMT "%s}",
                               world->now + 3600, world->now, world->claims));
    const char *rotated =
        world->rotates
            ? apr_psprintf(world->pool, ",'refresh_token':'%s'", world->refresh_token)
            : "";

    return json_text(
        world->pool,
        apr_psprintf(world->pool,
                     "{'id_token':'%s','access_token':'%s','expires_in':3600,"
                     "'token_type':'Bearer'%s}",
                     jwt_maker_sign(world->pool, world->signer, claims), access,
                     rotated));
}

static void respond(world_t *world, cog_fetch_response_t *response, int status,
                    const char *body)
{
    response->status = status;
    response->body = cog_span_of(apr_pstrdup(world->pool, body));
    response->date = 0;
}

static void answer_renewal(world_t *world, const cog_fetch_request_t *request,
                           cog_fetch_response_t *response)
{
    const char *presented =
        apr_pstrcat(world->pool, "refresh_token=", world->refresh_token, "&", NULL);

    ++world->renewals;
    if (world->renewed_body) {
        respond(world, response, world->renewed_status,
                json_text(world->pool, world->renewed_body));
        return;
    }
    if (!strstr(request->form.bytes, presented)) {
        respond(world, response, 400, "{\"error\":\"invalid_grant\"}");
        return;
    }
    if (world->rotates) {
        world->refresh_token = apr_psprintf(world->pool, "rotated-%d", world->renewals);
    }
    respond(world, response, 200, renewed_tokens(world));
    if (world->on_renewal) {
        world->on_renewal(world);
    }
}

static void note_fetch(world_t *world, const cog_fetch_request_t *request)
{
    APR_ARRAY_PUSH(world->fetched, cog_fetch_request_t) = *request;
    if (world->while_fetching) {
        world->while_fetching(world);
    }
}

static cog_err_t find_way(world_t *world)
{
    COG_REQUIRE(!world_shall_fail(world) && !world->is_unreachable,
                COG_E_IDP_UNREACHABLE);
    COG_REQUIRE(!world->is_proxy_closed, COG_E_PROXY_AUTH);
    return COG_OK;
}

cog_err_t world_fetch(void *context, apr_pool_t *pool, const cog_log_t *log,
                      const cog_fetch_request_t *request, cog_fetch_response_t *response)
{
    world_t *world = context;

    (void)pool;
    (void)log;
    note_fetch(world, request);
    COG_TRY(find_way(world));
    if (cog_secret_is_set(request->form) &&
        strstr(request->form.bytes, "grant_type=refresh_token")) {
        answer_renewal(world, request, response);
    }
    else if (strstr(request->url, "/oauth2/token")) {
        respond(world, response, world->token_status,
                world->token_body ? world->token_body : good_tokens(world));
    }
    else if (strstr(request->url, "/jwks.json")) {
        respond(world, response, 200, jwt_maker_jwks(world->pool, world->signer));
    }
    else if (strstr(request->url, "/oauth2/userInfo")) {
        respond(world, response, 200, json_text(world->pool, world->userinfo_body));
    }
    else if (strstr(request->url, "/oauth2/revoke")) {
        respond(world, response, world->revoke_status, "");
    }
    else {
        fail_msg("nobody should ask for %s", request->url);
    }
    return COG_OK;
}
