#include "httpd/export_tokens.h"

#include <apr_strings.h>

#include "crypto/jws.h"
#include "flow/session/session_lookup.h"
#include "httpd/log_httpd.h"
#include "httpd/memo.h"
#include "httpd/place.h"
#include "httpd/request.h"
#include "oidc/bearer_claims.h"

/* Those of a session that was renewed a moment ago are not in the request yet. */
static cog_err_t tokens_of_session(request_rec *r, const cog_place_t *place,
                                   const cog_session_t *session,
                                   cog_session_tokens_t *tokens)
{
    const cog_memo_t *memo = cog_memo_of(r);
    const cog_reply_t *reply = memo->reply;

    if (reply && reply->tokens && reply->session == session) {
        *tokens = *reply->tokens;
        return COG_OK;
    }
    return cog_session_tokens(cog_request_flow(memo, cog_site_of(r->server), place),
                              place->client, session, tokens);
}

static cog_err_t load(request_rec *r, cog_session_tokens_t *tokens)
{
    const cog_place_t *place = cog_place_make(r, r->per_dir_config);
    const cog_identity_t *identity = cog_memo_identity(cog_memo_of(r), place);
    const cog_bearer_t *bearer = identity ? identity->bearer : NULL;

    COG_REQUIRE(identity, COG_E_NO_SESSION);
    if (!bearer) {
        return tokens_of_session(r, place, identity->session, tokens);
    }
    if (bearer->facts.use == COG_TOKEN_ID) {
        tokens->id_token = bearer->token;
    }
    else {
        tokens->access_token = bearer->token;
    }
    return COG_OK;
}

static cog_secret_t wanted(request_rec *r, int is_wanted, const char *kind,
                           cog_secret_t token)
{
    if (!is_wanted) {
        return cog_secret_of(NULL);
    }
    if (!cog_secret_is_set(token)) {
        COG_LOG(cog_log_of_request(r), INFO, 4222,
                "no %s token to hand on: the user signed in before it was kept, or came "
                "with another one",
                kind);
    }
    return token;
}

cog_err_t cog_export_find_tokens(request_rec *r, const cog_export_t *export,
                                 cog_raw_tokens_t *tokens)
{
    cog_session_tokens_t found = {.id_token = cog_secret_of(NULL)};
    cog_err_t err = load(r, &found);

    COG_REQUIRE(err == COG_OK || err == COG_E_NO_SESSION, err);
    tokens->id = wanted(r, export->tokens & COG_TOKENS_ID, "ID", found.id_token);
    tokens->access =
        wanted(r, export->tokens & COG_TOKENS_ACCESS, "access", found.access_token);
    return COG_OK;
}

/* It is the user's own, or has been verified. */
const char *cog_export_access_end(apr_pool_t *pool, const cog_raw_tokens_t *tokens)
{
    cog_jws_t *jws;
    int64_t end = 0;

    if (cog_secret_is_set(tokens->access) &&
        cog_jws_parse(pool, tokens->access, &jws) == COG_OK) {
        end = cog_jws_claimed_end(jws);
    }
    return end ? apr_psprintf(pool, "%" APR_INT64_T_FMT, (apr_int64_t)end) : NULL;
}

static void set(request_rec *r, const char *name, cog_secret_t token)
{
    if (cog_secret_is_set(token)) {
        apr_table_setn(r->subprocess_env, name, token.bytes);
    }
}

void cog_export_token_variables(request_rec *r, const cog_backend_t *backend,
                                const cog_raw_tokens_t *tokens)
{
    set(r, backend->id_token_variable, tokens->id);
    set(r, backend->access_token_variable, tokens->access);
    if (backend->access_end_variable) {
        set(r, backend->access_end_variable,
            cog_secret_of(cog_export_access_end(r->pool, tokens)));
    }
}

void cog_export_forget_tokens(request_rec *r)
{
    for (int row = 0; cog_backend_at(row)->name; ++row) {
        apr_table_unset(r->subprocess_env, cog_backend_at(row)->id_token_variable);
        apr_table_unset(r->subprocess_env, cog_backend_at(row)->access_token_variable);
        if (cog_backend_at(row)->access_end_variable) {
            apr_table_unset(r->subprocess_env, cog_backend_at(row)->access_end_variable);
        }
    }
}
