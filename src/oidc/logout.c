#include "oidc/logout.h"

#include "base/query.h"

const char *cog_logout_url(apr_pool_t *pool, const char *endpoint, const char *client_id,
                           const char *logout_uri)
{
    apr_array_header_t *params = cog_query_make(pool);

    cog_query_add(params, "client_id", client_id);
    cog_query_add(params, "logout_uri", logout_uri);
    return cog_query_append(pool, endpoint, params);
}
