#include "httpd/conf.h"

#include <apr_strings.h>
#include <string.h>

extern module auth_cognito_module;

/* clang-format off */
#define UNSET(field, nothing) conf->field = (nothing); conf->at.field = NULL;
#define UNSET_STR(field)   UNSET(field, NULL)
#define UNSET_INT(field)   UNSET(field, COG_UNSET)
#define UNSET_TIME(field)  UNSET(field, COG_UNSET)
#define UNSET_LIST(field)  UNSET(field, NULL)
#define UNSET_PARAM(field) UNSET(field, NULL)
#define UNSET_ALL(field)   UNSET(field, NULL)
#define UNSET_STORE(field) UNSET(field, NULL)
#define UNSET_PROXY(field) UNSET(field, NULL)

#define MERGE(field, is_inner, value)                                                    \
    merged->at.field = (is_inner) ? add->at.field : base->at.field;                      \
    merged->field = (value);
#define MERGE_ONE(field, nothing)                                                        \
    MERGE(field, add->field != (nothing), add->field != (nothing) ? add->field : base->field)
#define MERGE_STR(field)   MERGE_ONE(field, NULL)
#define MERGE_INT(field)   MERGE_ONE(field, COG_UNSET)
#define MERGE_TIME(field)  MERGE_ONE(field, COG_UNSET)
#define MERGE_LIST(field)  MERGE_ONE(field, NULL)
#define MERGE_STORE(field) MERGE_ONE(field, NULL)
#define MERGE_PROXY(field) MERGE_ONE(field, NULL)
#define MERGE_PARAM(field) MERGE(field, add->field, cog_conf_merge_params(pool, base->field, add->field))
#define MERGE_ALL(field)   MERGE(field, add->field, join(pool, base->field, add->field))
/* clang-format on */

static apr_array_header_t *join(apr_pool_t *pool, apr_array_header_t *outer,
                                apr_array_header_t *inner)
{
    if (!outer || !inner) {
        return inner ? inner : outer;
    }
    return apr_array_append(pool, outer, inner);
}

static int has_param(const apr_array_header_t *params, const char *name)
{
    for (int i = 0; i < params->nelts; ++i) {
        if (strcmp(APR_ARRAY_IDX(params, i, cog_login_param_t).name, name) == 0) {
            return 1;
        }
    }
    return 0;
}

apr_array_header_t *cog_conf_merge_params(apr_pool_t *pool, apr_array_header_t *outer,
                                          apr_array_header_t *inner)
{
    apr_array_header_t *merged;

    if (!outer || !inner) {
        return inner ? inner : outer;
    }
    merged = apr_array_copy(pool, inner);
    for (int i = 0; i < outer->nelts; ++i) {
        const cog_login_param_t *param = &APR_ARRAY_IDX(outer, i, cog_login_param_t);

        if (!has_param(inner, param->name)) {
            APR_ARRAY_PUSH(merged, cog_login_param_t) = *param;
        }
    }
    return merged;
}

static void unset_pool(cog_client_fields_t *conf)
{
    COG_POOL_FIELDS(UNSET_STR, UNSET_LIST)
}

static void unset_app(cog_client_fields_t *conf)
{
    COG_APP_FIELDS(UNSET_STR, UNSET_LIST)
}

static void unset_client(cog_client_fields_t *conf)
{
    unset_pool(conf);
    unset_app(conf);
    COG_LOGIN_FIELDS(UNSET_STR, UNSET_INT, UNSET_LIST, UNSET_PARAM)
}

/* A secret belongs to its client id, and both to their user pool: nothing of them goes
 * to another pool because a section forgot to say that it has none. */
static cog_client_fields_t inheritable(const cog_client_fields_t *outer,
                                       const cog_client_fields_t *inner)
{
    cog_client_fields_t fields = *outer;

    if (inner->user_pool || inner->issuers) {
        unset_pool(&fields);
        unset_app(&fields);
    }
    if (inner->client_id) {
        unset_app(&fields);
    }
    return fields;
}

void cog_conf_merge_client(apr_pool_t *pool, const cog_client_fields_t *outer,
                           const cog_client_fields_t *inner, cog_client_fields_t *merged)
{
    cog_client_fields_t allowed = inheritable(outer, inner);
    const cog_client_fields_t *base = &allowed;
    const cog_client_fields_t *add = inner;

    COG_POOL_FIELDS(MERGE_STR, MERGE_LIST)
    COG_APP_FIELDS(MERGE_STR, MERGE_LIST)
    COG_LOGIN_FIELDS(MERGE_STR, MERGE_INT, MERGE_LIST, MERGE_PARAM)
}

cog_named_client_t *cog_conf_find_client(const cog_server_conf_t *server,
                                         const char *name)
{
    for (int i = 0; server->clients && i < server->clients->nelts; ++i) {
        cog_named_client_t *client =
            APR_ARRAY_IDX(server->clients, i, cog_named_client_t *);

        if (strcmp(client->name, name) == 0) {
            return client;
        }
    }
    return NULL;
}

cog_named_client_t *cog_conf_add_client(apr_pool_t *pool, cog_server_conf_t *server,
                                        const char *name)
{
    cog_named_client_t *client = apr_pcalloc(pool, sizeof(*client));

    client->name = name;
    unset_client(&client->fields);
    if (!server->clients) {
        server->clients = apr_array_make(pool, 2, sizeof(cog_named_client_t *));
    }
    APR_ARRAY_PUSH(server->clients, cog_named_client_t *) = client;
    return client;
}

/* Of a name that both know, the inner one refines the outer one. */
static void merge_clients(apr_pool_t *pool, const cog_server_conf_t *from,
                          cog_server_conf_t *merged)
{
    for (int i = 0; from->clients && i < from->clients->nelts; ++i) {
        const cog_named_client_t *client =
            APR_ARRAY_IDX(from->clients, i, cog_named_client_t *);
        cog_named_client_t *known = cog_conf_find_client(merged, client->name);
        cog_client_fields_t outer;

        if (!known) {
            known = cog_conf_add_client(pool, merged, client->name);
        }
        known->section = client->section;
        outer = known->fields;
        cog_conf_merge_client(pool, &outer, &client->fields, &known->fields);
    }
}

void *cog_conf_create_server(apr_pool_t *pool, server_rec *s)
{
    cog_server_conf_t *conf = apr_pcalloc(pool, sizeof(*conf));

    (void)s;
    COG_SERVER_FIELDS(UNSET_STR, UNSET_INT, UNSET_TIME, UNSET_LIST, UNSET_ALL,
                      UNSET_STORE, UNSET_PROXY)
    unset_client(&conf->client);
    return conf;
}

void *cog_conf_merge_server(apr_pool_t *pool, void *outer, void *inner)
{
    const cog_server_conf_t *base = outer;
    const cog_server_conf_t *add = inner;
    cog_server_conf_t *merged = apr_pcalloc(pool, sizeof(*merged));

    COG_SERVER_FIELDS(MERGE_STR, MERGE_INT, MERGE_TIME, MERGE_LIST, MERGE_ALL,
                      MERGE_STORE, MERGE_PROXY)
    cog_conf_merge_client(pool, &base->client, &add->client, &merged->client);
    merge_clients(pool, base, merged);
    merge_clients(pool, add, merged);
    merged->is_written = add->is_written;
    return merged;
}

void *cog_conf_create_dir(apr_pool_t *pool, char *path)
{
    cog_dir_conf_t *conf = apr_pcalloc(pool, sizeof(*conf));

    (void)path;
    COG_DIR_FIELDS(UNSET_STR, UNSET_INT, UNSET_TIME, UNSET_LIST, UNSET_PARAM)
    return conf;
}

void *cog_conf_merge_dir(apr_pool_t *pool, void *outer, void *inner)
{
    const cog_dir_conf_t *base = outer;
    const cog_dir_conf_t *add = inner;
    cog_dir_conf_t *merged = apr_pcalloc(pool, sizeof(*merged));

    COG_DIR_FIELDS(MERGE_STR, MERGE_INT, MERGE_TIME, MERGE_LIST, MERGE_PARAM)
    return merged;
}

cog_server_conf_t *cog_conf_of_server(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &auth_cognito_module);
}

void cog_conf_set_server(server_rec *s, cog_server_conf_t *conf)
{
    ap_set_module_config(s->module_config, &auth_cognito_module, conf);
}

cog_server_conf_t *cog_conf_at_server(apr_pool_t *pool, server_rec *s)
{
    if (!cog_conf_of_server(s)) {
        cog_conf_set_server(s, cog_conf_create_server(pool, s));
    }
    return cog_conf_of_server(s);
}

cog_dir_conf_t *cog_conf_of_dir(const ap_conf_vector_t *per_dir)
{
    /* the function: the macro of the same name would cast the const away */
    return (ap_get_module_config)(per_dir, &auth_cognito_module);
}
