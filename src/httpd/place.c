#include "httpd/place.h"

#include <apr_cstr.h>
#include <apr_strings.h>
#include <string.h>
#include <http_core.h>
#include <http_log.h>

#include "base/log.h"
#include "base/query.h"
#include "base/text.h"
#include "httpd/log_httpd.h"
#include "httpd/place_settings.h"
#include "httpd/site.h"

#define DEFAULT_REALM "Cognito"

static const cog_client_conf_t *client_of(const cog_site_t *site,
                                          const cog_dir_conf_t *written)
{
    return cog_conf_client(site->conf, written->client_name ? written->client_name : "");
}

/* A place, and what its parameters are made of. */
typedef struct {
    cog_place_t place;
    request_rec *r;
    const cog_dir_conf_t *written;
} written_place_t;

static apr_array_header_t *params_of(apr_pool_t *pool, const cog_site_t *site,
                                     const cog_client_conf_t *client,
                                     const cog_dir_conf_t *written)
{
    for (int i = 0; i < site->clients->nelts; ++i) {
        const cog_site_client_t *one =
            &APR_ARRAY_IDX(site->clients, i, cog_site_client_t);

        if (one->client == client) {
            return cog_conf_merge_params(pool, one->params, written->login_params);
        }
    }
    return written->login_params;
}

static const char *evaluate(request_rec *r, const cog_login_param_t *param)
{
    const char *error = NULL;
    const char *value = param->value ? ap_expr_str_exec(r, param->value, &error) : NULL;

    if (error) {
        COG_LOG(cog_log_of_request(r), WARNING, 4030,
                "CognitoLoginParam %s is left out: %s", param->name, error);
        return NULL;
    }
    return value && *value ? value : NULL;
}

static const apr_array_header_t *login_params(void *context)
{
    const written_place_t *self = context;
    request_rec *r = self->r;
    const cog_site_t *site = cog_site_of(r->server);
    const apr_array_header_t *written =
        site ? params_of(r->pool, site, self->place.client, self->written) : NULL;
    apr_array_header_t *params = cog_query_make(r->pool);

    for (int i = 0; written && i < written->nelts; ++i) {
        const cog_login_param_t *param = &APR_ARRAY_IDX(written, i, cog_login_param_t);

        cog_query_add(params, param->name, evaluate(r, param));
    }
    return params;
}

/* Without a list of clients it is the place's own whose tokens count. */
static const apr_array_header_t *bearer_clients(request_rec *r,
                                                const cog_dir_conf_t *written,
                                                const cog_client_conf_t *own)
{
    apr_array_header_t *clients;

    if (written->bearer_clients && written->bearer_clients->nelts) {
        return written->bearer_clients;
    }
    clients = apr_array_make(r->pool, 1, sizeof(const char *));
    if (own) {
        APR_ARRAY_PUSH(clients, const char *) = own->client_id;
    }
    return clients;
}

/* httpd hands the name out with its quotes escaped. */
static const char *realm_of(request_rec *r)
{
    const char *name = ap_auth_name(r);
    char *realm = name ? apr_pstrdup(r->pool, name) : NULL;
    char *to = realm;

    if (!name || !*name) {
        return DEFAULT_REALM;
    }
    for (; *name; ++name) {
        name += *name == '\\' && name[1];
        *to++ = *name;
    }
    *to = '\0';
    return realm;
}

static void fill_in_bearer(request_rec *r, const cog_dir_conf_t *written,
                           cog_place_t *place)
{
    place->realm = realm_of(r);
    place->bearer.uses = cog_dir_bearer_uses(written);
    place->bearer.resource = cog_dir_resource(written);
    place->bearer.client_ids = bearer_clients(r, written, place->client);
}

static void fill_in(const cog_dir_conf_t *written, cog_place_t *place)
{
    place->unauthenticated = cog_dir_unauthenticated(written);
    place->limits = cog_dir_limits(written);
    place->accepts = cog_dir_accepts(written);
    place->claims = written->claims;
    place->groups = written->groups;
    place->form_limit = cog_dir_form_limit(written);
}

/* The body is for the request itself: who only looks ahead must not use it up. */
static int has_body_of_its_own(const request_rec *r)
{
    return !r->main && !(r->prev && ap_is_HTTP_ERROR(r->prev->status));
}

cog_place_t *cog_place_make(request_rec *r, const ap_conf_vector_t *per_dir)
{
    const cog_site_t *site = cog_site_of(r->server);
    written_place_t *self = apr_pcalloc(r->pool, sizeof(*self));
    cog_place_t *place = &self->place;

    self->r = r;
    self->written = cog_conf_of_dir(per_dir);
    fill_in(self->written, place);
    if (!has_body_of_its_own(r)) {
        place->form_limit = 0;
    }
    if (!site) {
        return place;
    }
    place->client = client_of(site, self->written);
    place->login_params = login_params;
    place->context = self;
    if (place->accepts & COG_ACCEPT_BEARER) {
        fill_in_bearer(r, self->written, place);
    }
    return place;
}

int cog_place_is_ours(request_rec *r)
{
    const char *type = ap_auth_type(r);

    /* written as in our documentation, as a rule */
    return type && (strcmp(type, COG_AUTH_TYPE) == 0 ||
                    apr_cstr_casecmp(type, COG_AUTH_TYPE) == 0);
}
