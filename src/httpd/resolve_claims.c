/* What a session keeps is decided at the login, so it must do for every place: the union
 * of what the places want. It may be more, for each place exports only its own. */
#include <apr_strings.h>

#include "httpd/conf_resolve.h"
#include "httpd/values.h"
#include "oidc/claims.h"

/* A first pattern that takes out nothing: the list begins with the default set. */
#define DEFAULT_SET "!"

static int sets_claims(const cog_written_t *written)
{
    return written->sets_claims;
}

static int sets_user(const cog_written_t *written)
{
    return written->sets_user;
}

/* Is there a section of this host with AuthType Cognito, but without the setting? When
 * there is no such section at all, they are in .htaccess files. */
static int is_left_open(const cog_resolve_t *host, int (*sets)(const cog_written_t *))
{
    const apr_array_header_t *auth_types = host->tree->auth_types;
    int count = 0;

    for (int i = 0; i < auth_types->nelts; ++i) {
        const cog_written_t *written = &APR_ARRAY_IDX(auth_types, i, cog_written_t);

        if (written->s == host->s || written->s == host->tree->main_server) {
            ++count;
            if (!sets(written)) {
                return 1;
            }
        }
    }
    return count == 0;
}

static int has_default(const apr_array_header_t *list)
{
    return list->nelts == 0 || *APR_ARRAY_IDX(list, 0, const char *) == '!';
}

static int needs_default_set(const cog_resolve_t *host)
{
    const apr_array_header_t *lists = host->written->claim_lists;
    const cog_dir_conf_t *outermost = cog_conf_of_dir(host->s->lookup_defaults);

    for (int i = 0; lists && i < lists->nelts; ++i) {
        if (has_default(APR_ARRAY_IDX(lists, i, const apr_array_header_t *))) {
            return 1;
        }
    }
    return !outermost->claims && is_left_open(host, sets_claims);
}

static void add_patterns(apr_pool_t *pool, const apr_array_header_t *list, int takes_all,
                         apr_array_header_t **kept)
{
    for (int i = 0; i < list->nelts; ++i) {
        const char *pattern = APR_ARRAY_IDX(list, i, const char *);

        if (takes_all || *pattern != '!') {
            cog_values_add(pool, kept, pattern);
        }
    }
}

/* What one list takes out another may want, unless it is the only one. */
static void add_lists(const cog_resolve_t *host, int is_default,
                      apr_array_header_t **kept)
{
    const apr_array_header_t *lists = host->written->claim_lists;
    int count = lists ? lists->nelts : 0;

    for (int i = 0; i < count; ++i) {
        add_patterns(host->start->pool,
                     APR_ARRAY_IDX(lists, i, const apr_array_header_t *),
                     count == 1 && !is_default, kept);
    }
}

#define NAME(name) name,

static void add_user_claims(const cog_resolve_t *host, apr_array_header_t **kept)
{
    static const char *const default_names[] = {COG_DEFAULT_USER_CLAIMS(NAME)};
    const apr_array_header_t *names = host->written->user_claims;
    const cog_dir_conf_t *outermost = cog_conf_of_dir(host->s->lookup_defaults);
    size_t count = sizeof(default_names) / sizeof(*default_names);

    for (int i = 0; names && i < names->nelts; ++i) {
        cog_values_add(host->start->pool, kept, APR_ARRAY_IDX(names, i, const char *));
    }
    if (!outermost->user_claims && is_left_open(host, sets_user)) {
        for (size_t i = 0; i < count; ++i) {
            cog_values_add(host->start->pool, kept, default_names[i]);
        }
    }
}

void cog_resolve_kept_claims(cog_resolve_t *host)
{
    int is_default = needs_default_set(host);
    apr_array_header_t *kept = NULL;

    if (is_default) {
        cog_values_add(host->start->pool, &kept, DEFAULT_SET);
    }
    add_lists(host, is_default, &kept);
    add_user_claims(host, &kept);
    host->conf->kept_claims = kept;
}
