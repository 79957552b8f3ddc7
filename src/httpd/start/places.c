#include "httpd/start/places.h"

#include <apr_strings.h>
#include <string.h>
#include <httpd.h>

#include "base/log.h"
#include "httpd/conf/section.h"
#include "httpd/log_httpd.h"

typedef struct {
    apr_pool_t *pool;
    const cog_tree_t *tree;
    const apr_array_header_t *hosts;
} view_t;

static const cog_host_t *host_at(const view_t *view, int i)
{
    return &APR_ARRAY_IDX(view->hosts, i, cog_host_t);
}

static const char *needs_a_client(const view_t *view, const cog_written_t *auth_type)
{
    return apr_psprintf(
        view->pool,
        "AuthType Cognito (%s) needs an app client: write CognitoUserPool "
        "and CognitoClientID",
        auth_type->place);
}

static int is_any_virtual_host_served(const view_t *view)
{
    for (int i = 1; i < view->hosts->nelts; ++i) {
        if (host_at(view, i)->site) {
            return 1;
        }
    }
    return 0;
}

/* What stands in a virtual host is meant for it. What stands outside of all is meant for
 * the main server only when no virtual host can make use of it. */
static int is_meant(const view_t *view, const cog_host_t *host,
                    const cog_written_t *auth_type)
{
    const cog_host_t *main_host = host_at(view, 0);

    if (host == main_host) {
        return (auth_type || host->written->is_written) &&
               !is_any_virtual_host_served(view);
    }
    return auth_type ||
           (host->written != main_host->written && host->written->is_written);
}

/* What is missing may be missing where nothing was meant to be; what is wrong may not. */
static int is_wrong(const view_t *view, const cog_host_t *host,
                    const cog_written_t *auth_type)
{
    return (host->problem && !host->is_incomplete) || is_meant(view, host, auth_type);
}

/* With the line that it is about, where there is only one. What is missing has none. */
static const char *add_place(const view_t *view, const cog_host_t *host,
                             const char *problem)
{
    apr_pool_t *pool = view->pool;
    const char *client = *problem == '<' ? strstr(problem, ">: ") : NULL;
    const char *name = client ? client + strlen(">: ") : problem;
    const char *end = strchr(name, ':');
    const char *place =
        end ? cog_tree_place(pool, view->tree, host->s,
                             apr_pstrmemdup(pool, name, (size_t)(end - name)))
            : NULL;

    return place ? apr_psprintf(pool, "%s (%s)", problem, place) : problem;
}

static const char *check_host(const view_t *view, const cog_host_t *host)
{
    const cog_written_t *auth_type = cog_tree_auth_type(view->tree, host->s);
    const char *problem = host->problem;

    if (host->site || !is_wrong(view, host, auth_type)) {
        return NULL;
    }
    if (!problem && auth_type) {
        problem = needs_a_client(view, auth_type);
    }
    return problem
               ? apr_psprintf(view->pool, "%s: %s", cog_host_name(view->pool, host->s),
                              add_place(view, host, problem))
               : NULL;
}

/* A section of the main server is inherited by all virtual hosts: one of them must know
 * the client. */
static int is_client_known(const view_t *view, const cog_written_t *use)
{
    for (int i = 0; i < view->hosts->nelts; ++i) {
        const cog_host_t *host = host_at(view, i);

        if ((host->s == use->s || use->s == view->tree->main_server) &&
            cog_conf_find_client(host->written, use->value)) {
            return 1;
        }
    }
    return 0;
}

static const char *check_use(const view_t *view, const cog_written_t *use)
{
    if (strcasecmp(use->value, "default") == 0 || is_client_known(view, use)) {
        return NULL;
    }
    return apr_psprintf(
        view->pool,
        "CognitoUse: '%s' (%s) names no client of this virtual host; write "
        "<CognitoClient \"%s\">, or default",
        use->value, use->place, use->value);
}

/* Sections of the main server protect places here too, but nobody can sign in. */
static void warn_of_closed_hosts(const view_t *view)
{
    apr_pool_t *pool = view->pool;
    const cog_written_t *inherited =
        cog_tree_auth_type(view->tree, view->tree->main_server);

    for (int i = 1; inherited && i < view->hosts->nelts; ++i) {
        const cog_host_t *host = host_at(view, i);

        if (!host->site) {
            COG_LOG(
                cog_log_of_server(pool, host->s), WARNING, 4023,
                "%s inherits AuthType Cognito (%s), but its requests will be refused: "
                "%s",
                cog_host_name(pool, host->s), inherited->place,
                host->problem ? host->problem : needs_a_client(view, inherited));
        }
    }
}

/* Can a Require meet this AuthType? Sections of the main server are merged with those of
 * virtual hosts. */
static int is_needed(const view_t *view, const cog_written_t *auth_type)
{
    const apr_array_header_t *needs = view->tree->needs;

    for (int i = 0; i < needs->nelts; ++i) {
        const server_rec *s = APR_ARRAY_IDX(needs, i, cog_written_t).s;

        if (s == auth_type->s || s == view->tree->main_server ||
            auth_type->s == view->tree->main_server) {
            return 1;
        }
    }
    return 0;
}

/* httpd asks nobody who they are where no Require wants to know. */
static void warn_of_open_places(const view_t *view)
{
    const apr_array_header_t *auth_types = view->tree->auth_types;

    for (int i = 0; i < auth_types->nelts; ++i) {
        const cog_written_t *auth_type = &APR_ARRAY_IDX(auth_types, i, cog_written_t);

        if (!is_needed(view, auth_type)) {
            COG_LOG(cog_log_of_server(view->pool, auth_type->s), WARNING, 4025,
                    "AuthType Cognito (%s) protects nothing: no Require asks who it is; "
                    "write Require valid-user",
                    auth_type->place);
        }
    }
}

const char *cog_places_check(apr_pool_t *pool, const cog_tree_t *tree,
                             const apr_array_header_t *hosts)
{
    const view_t view = {pool, tree, hosts};
    const char *problem = NULL;

    for (int i = 0; !problem && i < tree->uses->nelts; ++i) {
        problem = check_use(&view, &APR_ARRAY_IDX(tree->uses, i, cog_written_t));
    }
    for (int i = 1; !problem && i < hosts->nelts; ++i) {
        problem = check_host(&view, host_at(&view, i));
    }
    return problem ? problem : check_host(&view, host_at(&view, 0));
}

void cog_places_warn(apr_pool_t *pool, const cog_tree_t *tree,
                     const apr_array_header_t *hosts)
{
    const view_t view = {pool, tree, hosts};

    warn_of_closed_hosts(&view);
    warn_of_open_places(&view);
}
