#include "flow/provider/client_credentials.h"

int cog_client_credentials_count(const cog_client_conf_t *client)
{
    return client->secret_count > 0 ? client->secret_count : 1;
}

/* A file may have changed since the start; it may also be readable by root only. */
static cog_secret_t current_secret(apr_pool_t *pool, const cog_client_conf_t *client,
                                   int index)
{
    const cog_secret_source_t *source = &client->secret_sources[index];
    cog_secret_t secret;

    if (index >= client->secret_count) {
        return cog_secret_of(NULL);
    }
    if (source->kind == COG_SOURCE_FILE &&
        cog_secret_source_read(pool, source, &secret) == NULL) {
        return secret;
    }
    return client->secrets[index];
}

cog_client_credentials_t
cog_client_credentials(apr_pool_t *pool, const cog_client_conf_t *client, int index)
{
    return (cog_client_credentials_t){
        client->client_id, current_secret(pool, client, index), client->auth_method};
}
