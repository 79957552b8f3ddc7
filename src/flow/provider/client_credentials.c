#include "flow/provider/client_credentials.h"

int cog_client_credentials_count(const cog_client_conf_t *client)
{
    return client->secret_count > 0 ? client->secret_count : 1;
}

static cog_secret_t current_secret(apr_pool_t *pool, const cog_client_conf_t *client,
                                   int index)
{
    return index < client->secret_count
               ? cog_secret_source_now(pool, &client->secret_sources[index],
                                       client->secrets[index])
               : cog_secret_of(NULL);
}

cog_client_credentials_t
cog_client_credentials(apr_pool_t *pool, const cog_client_conf_t *client, int index)
{
    return (cog_client_credentials_t){
        client->client_id, current_secret(pool, client, index), client->auth_method};
}
