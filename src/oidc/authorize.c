#include "oidc/authorize.h"

#include <apr_cstr.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/query.h"
#include "crypto/digest.h"

#define AUTHORIZE_PATH "/oauth2/authorize"
#define MAX_PROVIDER   32 /* as Cognito has it */

static const char *const reserved[] = {
    "response_type",  "client_id",     "redirect_uri",
    "state",          "nonce",         "scope",
    "code_challenge", "response_mode", "code_challenge_method",
    "request",        "request_uri",
};

int cog_authorize_is_reserved(const char *name)
{
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); ++i) {
        if (apr_cstr_casecmp(name, reserved[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

const char *cog_authorize_screen(apr_pool_t *pool, const char *endpoint,
                                 cog_screen_t screen)
{
    static const char *const paths[] = {
        [COG_SCREEN_SIGN_IN] = AUTHORIZE_PATH,
        [COG_SCREEN_SIGN_UP] = "/signup",
        [COG_SCREEN_FORGOT_PASSWORD] = "/forgotPassword",
    };
    size_t len = strlen(endpoint);

    if (len < strlen(AUTHORIZE_PATH) ||
        strcmp(endpoint + len - strlen(AUTHORIZE_PATH), AUTHORIZE_PATH) != 0) {
        return endpoint;
    }
    return apr_pstrcat(pool, apr_pstrmemdup(pool, endpoint, len - strlen(AUTHORIZE_PATH)),
                       paths[screen], NULL);
}

int cog_authorize_is_provider(const char *name)
{
    size_t len = 0;

    while (apr_isalnum(name[len]) || (name[len] && strchr("._-", name[len]))) {
        ++len;
    }
    return len > 0 && len <= MAX_PROVIDER && !name[len];
}

static void add_extra(apr_array_header_t *params, const apr_array_header_t *extra)
{
    for (int i = 0; extra && i < extra->nelts; ++i) {
        const cog_param_t *param = &APR_ARRAY_IDX(extra, i, cog_param_t);

        if (!cog_authorize_is_reserved(param->name)) {
            cog_query_add(params, param->name, param->value);
        }
    }
}

const char *cog_authorize_url(apr_pool_t *pool, const cog_authorize_t *authorize)
{
    apr_array_header_t *params = cog_query_make(pool);

    cog_query_add(params, "response_type", "code");
    cog_query_add(params, "client_id", authorize->client_id);
    cog_query_add(params, "redirect_uri", authorize->redirect_uri);
    cog_query_add(params, "scope", authorize->scope);
    cog_query_add(params, "state", authorize->state);
    cog_query_add(params, "nonce", authorize->nonce);
    cog_query_add(params, "code_challenge",
                  cog_digest_s256(pool, authorize->code_verifier));
    cog_query_add(params, "code_challenge_method", "S256");
    add_extra(params, authorize->extra);
    return cog_query_append(pool, authorize->endpoint, params);
}
