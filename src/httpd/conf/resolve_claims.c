/* What a session keeps is decided at the login, so it must do for every place: the union
 * of what the places want. It may be more, for each place exports only its own. */
#include <apr_strings.h>
#include <string.h>

#include "httpd/conf/resolve.h"
#include "httpd/conf/values.h"
#include "httpd/place_settings.h"
#include "oidc/claim_patterns.h"

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

/* Does a place go by the default, because nothing is written for it? */
static int is_default_open(const cog_resolve_t *host)
{
    const cog_dir_conf_t *outermost = cog_conf_of_dir(host->s->lookup_defaults);

    return !outermost->claims && is_left_open(host, sets_claims);
}

static const apr_array_header_t *list_at(const cog_resolve_t *host, int i)
{
    return APR_ARRAY_IDX(host->written->claim_lists, i, const apr_array_header_t *);
}

static int list_count(const cog_resolve_t *host)
{
    return host->written->claim_lists ? host->written->claim_lists->nelts : 0;
}

static int begins_with_default(const apr_array_header_t *list)
{
    return list->nelts == 0 || *APR_ARRAY_IDX(list, 0, const char *) == '!';
}

static int needs_default_set(const cog_resolve_t *host)
{
    for (int i = 0; i < list_count(host); ++i) {
        if (begins_with_default(list_at(host, i))) {
            return 1;
        }
    }
    return is_default_open(host);
}

/* What one list takes out another may want. */
static void add_wanted(const cog_resolve_t *host, const apr_array_header_t *list,
                       apr_array_header_t **kept)
{
    for (int i = 0; i < list->nelts; ++i) {
        const char *pattern = APR_ARRAY_IDX(list, i, const char *);

        if (*pattern != '!') {
            cog_values_add(host->start->pool, kept, pattern);
        }
    }
}

static apr_array_header_t *make_union(const cog_resolve_t *host)
{
    apr_array_header_t *kept = apr_array_make(host->start->pool, 4, sizeof(const char *));

    if (list_count(host) == 0 || needs_default_set(host)) {
        cog_values_add(host->start->pool, &kept, DEFAULT_SET);
    }
    for (int i = 0; i < list_count(host); ++i) {
        add_wanted(host, list_at(host, i), &kept);
    }
    return kept;
}

/* One list that holds for all places is kept as it is. */
static int is_one_for_all(const cog_resolve_t *host)
{
    return list_count(host) == 1 && list_at(host, 0)->nelts > 0 && !is_default_open(host);
}

#define NAME(name) name,

static void add_default_users(const cog_resolve_t *host, apr_array_header_t **kept)
{
    static const char *const names[] = {COG_DEFAULT_USER_CLAIMS(NAME)};
    const cog_dir_conf_t *outermost = cog_conf_of_dir(host->s->lookup_defaults);

    if (outermost->user_claims || !is_left_open(host, sets_user)) {
        return;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); ++i) {
        cog_values_add(host->start->pool, kept, names[i]);
    }
}

static void add_required(const cog_resolve_t *host, apr_array_header_t **kept)
{
    const apr_array_header_t *required = host->written->required_claims;

    for (int i = 0; required && i < required->nelts; ++i) {
        const char *name = APR_ARRAY_IDX(required, i, const char *);

        if (!cog_claims_are_named(*kept, name)) {
            cog_values_add(host->start->pool, kept, name);
        }
    }
}

void cog_resolve_kept_claims(cog_resolve_t *host)
{
    const apr_array_header_t *users = host->written->user_claims;
    apr_array_header_t *kept = is_one_for_all(host)
                                   ? apr_array_copy(host->start->pool, list_at(host, 0))
                                   : make_union(host);
    int is_whole = strcmp(APR_ARRAY_IDX(kept, 0, const char *), DEFAULT_SET) == 0;

    for (int i = 0; users && i < users->nelts; ++i) {
        cog_values_add(host->start->pool, &kept, APR_ARRAY_IDX(users, i, const char *));
    }
    if (!is_whole) {
        add_default_users(host, &kept);
    }
    add_required(host, &kept);
    host->conf->kept_claims = is_whole && kept->nelts == 1 ? NULL : kept;
}
