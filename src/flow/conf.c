#include "flow/conf.h"

#include <apr_strings.h>
#include <string.h>

#include "crypto/digest.h"

cog_binding_t cog_client_session_binding(const cog_client_conf_t *client)
{
    return (cog_binding_t){COG_PURPOSE_SESSION, client->issuer, client->bound_to,
                           client->session_cookie};
}

const char *cog_client_mark(apr_pool_t *pool, const cog_client_conf_t *client)
{
    const char *text = apr_pstrcat(pool, client->issuer, " ", client->bound_to, NULL);

    return cog_digest_half(pool, cog_secret_of(text));
}

const cog_client_conf_t *cog_conf_client(const cog_conf_t *conf, const char *name)
{
    if (!*name) {
        return conf->default_client;
    }
    for (int i = 0; i < conf->clients->nelts; ++i) {
        const cog_client_conf_t *client =
            APR_ARRAY_IDX(conf->clients, i, const cog_client_conf_t *);

        if (strcmp(client->name, name) == 0) {
            return client;
        }
    }
    return NULL;
}

apr_array_header_t *cog_conf_all_clients(apr_pool_t *pool, const cog_conf_t *conf)
{
    apr_array_header_t *all =
        apr_array_make(pool, conf->clients->nelts + 1, sizeof(const cog_client_conf_t *));

    if (conf->default_client) {
        APR_ARRAY_PUSH(all, const cog_client_conf_t *) = conf->default_client;
    }
    apr_array_cat(all, conf->clients);
    return all;
}

const cog_client_conf_t *cog_conf_first_client(const cog_conf_t *conf)
{
    if (conf->default_client) {
        return conf->default_client;
    }
    return APR_ARRAY_IDX(conf->clients, 0, const cog_client_conf_t *);
}

const char *cog_conf_own_name(const cog_conf_t *conf, const char *path)
{
    const char *own = conf->path;

    while (*own && *own == *path) {
        ++own;
        ++path;
    }
    return !*own && *path == '/' ? path + 1 : NULL;
}
