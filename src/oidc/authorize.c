#include "oidc/authorize.h"

#include <apr_cstr.h>

#include "base/query.h"
#include "crypto/digest.h"

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
