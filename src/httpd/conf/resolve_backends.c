/* What all places of a host together want to be told: which headers of clients are taken
 * for lies, and which tokens a session keeps. */
#include "base/header_name.h"
#include "httpd/conf/resolve.h"
#include "httpd/conf/values.h"
#include "httpd/place_settings.h"

/* Whatever is exported: what an AWS load balancer or Pomerium would say; HTTP_REMOTE_USER
 * is easily taken for REMOTE_USER; HTTP_SESSION is mod_session's word. */
static const char *const suspicious[] = {
    "x_amzn_oidc_*",
    "x_pomerium_jwt_assertion",
    "x_pomerium_claim_*",
    "remote_user",
    "session",
    NULL,
};

/* What else speaks of the user, and is the client's to send. */
static const char *const credentials[] = {"authorization", "cookie", NULL};

static void add_all(apr_pool_t *pool, apr_array_header_t **list,
                    const char *const *patterns)
{
    for (; *patterns; ++patterns) {
        cog_values_add_new(pool, list, *patterns);
    }
}

static const char *const *finish(apr_array_header_t *list)
{
    APR_ARRAY_PUSH(list, const char *) = NULL;
    return (const char *const *)list->elts;
}

static void keep(cog_conf_t *conf, int tokens)
{
    conf->keeps_id_token |= tokens & COG_TOKENS_ID;
    conf->keeps_access_token |= tokens & COG_TOKENS_ACCESS;
}

/* Those of CognitoTokens, and those that backends get by their name where none holds. */
static void resolve_tokens(cog_resolve_t *host)
{
    const apr_array_header_t *all = host->written->tokens;
    const apr_array_header_t *places = host->written->places;
    cog_dir_conf_t *outermost = cog_conf_of_dir(host->s->lookup_defaults);

    for (int i = 0; all && i < all->nelts; ++i) {
        keep(host->conf, APR_ARRAY_IDX(all, i, int));
    }
    keep(host->conf, cog_dir_tokens(outermost));
    for (int i = 0; places && i < places->nelts; ++i) {
        cog_dir_conf_t *place = APR_ARRAY_IDX(places, i, cog_dir_conf_t *);

        if (place->section) {
            keep(host->conf,
                 cog_dir_tokens(cog_conf_merge_dir(host->start->pool, outermost, place)));
        }
    }
}

static void add_named(const cog_resolve_t *host, apr_array_header_t **list)
{
    const apr_array_header_t *headers = host->written->named_headers;

    for (int i = 0; headers && i < headers->nelts; ++i) {
        cog_values_add_new(host->start->pool, list,
                           cog_header_name_fold(host->start->pool,
                                                APR_ARRAY_IDX(headers, i, const char *)));
    }
}

void cog_resolve_backends(cog_resolve_t *host)
{
    apr_pool_t *pool = host->start->pool;
    const apr_array_header_t *backends = host->written->backends;
    apr_array_header_t *identity = NULL;
    apr_array_header_t *kept;

    host->site->backends = host->written->backends;
    host->site->groups_warning_limit =
        apr_pcalloc(pool, sizeof(*host->site->groups_warning_limit));
    add_all(pool, &identity, cog_backend_at(COG_BACKEND_OWN)->patterns);
    for (int i = 0; backends && i < backends->nelts; ++i) {
        const cog_backend_t *backend = cog_backend_at(APR_ARRAY_IDX(backends, i, int));

        add_all(pool, &identity, backend->patterns);
        host->conf->has_pomerium_keys |= backend->assertion == COG_ASSERTION_POMERIUM;
    }
    add_named(host, &identity);
    add_all(pool, &identity, suspicious);
    kept = apr_array_copy(pool, identity);
    add_all(pool, &kept, credentials);
    resolve_tokens(host);
    host->site->identity_headers = finish(identity);
    host->site->identity_initials =
        cog_header_name_initials(pool, host->site->identity_headers);
    host->site->kept_from_connection = finish(kept);
}
