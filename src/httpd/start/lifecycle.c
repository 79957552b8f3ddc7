#include "httpd/start/lifecycle.h"

#include <apr_strings.h>
#include <string.h>

#include <http_core.h>
#include <http_log.h>

#include "base/log.h"
#include "httpd/conf/resolve.h"
#include "httpd/doctor/doctor.h"
#include "httpd/dump/dump.h"
#include "httpd/log_httpd.h"
#include "httpd/start/advice.h"
#include "httpd/start/documents_task.h"
#include "httpd/start/meter_memory.h"
#include "httpd/start/order.h"
#include "httpd/start/revocation_task.h"
#include "httpd/start/store_memory.h"
#include "httpd/start/stores.h"
#include "net/fetch/fetch_curl.h"

/* A start, or the rehearsal of one. */
typedef struct {
    cog_start_t *start;
    server_rec *main_server;
    const cog_tree_t *tree;
    apr_array_header_t *hosts; /* cog_host_t, the main server first */
} lifecycle_t;

static void resolve_all(lifecycle_t *life)
{
    for (server_rec *s = life->main_server; s; s = s->next) {
        cog_resolve_host(life->start, life->tree, s, apr_array_push(life->hosts));
    }
}

static const cog_host_t *host_at(const lifecycle_t *life, int i)
{
    return &APR_ARRAY_IDX(life->hosts, i, cog_host_t);
}

static const char *needs_a_client(const lifecycle_t *life, const cog_written_t *auth_type)
{
    return apr_psprintf(
        life->start->scratch,
        "AuthType Cognito (%s) needs an app client: write CognitoUserPool "
        "and CognitoClientID",
        auth_type->place);
}

static int is_any_virtual_host_served(const lifecycle_t *life)
{
    for (int i = 1; i < life->hosts->nelts; ++i) {
        if (host_at(life, i)->site) {
            return 1;
        }
    }
    return 0;
}

/* What stands in a virtual host is meant for it. What stands outside of all is meant for
 * the main server only when no virtual host can make use of it. */
static int is_meant(const lifecycle_t *life, const cog_host_t *host,
                    const cog_written_t *auth_type)
{
    const cog_host_t *main_host = host_at(life, 0);

    if (host == main_host) {
        return (auth_type || host->written->is_written) &&
               !is_any_virtual_host_served(life);
    }
    return auth_type ||
           (host->written != main_host->written && host->written->is_written);
}

/* What is missing may be missing where nothing was meant to be; what is wrong may not. */
static int is_wrong(const lifecycle_t *life, const cog_host_t *host,
                    const cog_written_t *auth_type)
{
    return (host->problem && !host->is_incomplete) || is_meant(life, host, auth_type);
}

/* With the line that it is about, where there is only one. What is missing has none. */
static const char *add_place(const lifecycle_t *life, const cog_host_t *host,
                             const char *problem)
{
    apr_pool_t *scratch = life->start->scratch;
    const char *client = *problem == '<' ? strstr(problem, ">: ") : NULL;
    const char *name = client ? client + strlen(">: ") : problem;
    const char *end = strchr(name, ':');
    const char *place =
        end ? cog_tree_place(scratch, life->tree, host->s,
                             apr_pstrmemdup(scratch, name, (size_t)(end - name)))
            : NULL;

    return place ? apr_psprintf(scratch, "%s (%s)", problem, place) : problem;
}

static const char *check_host(const lifecycle_t *life, const cog_host_t *host)
{
    const cog_written_t *auth_type = cog_tree_auth_type(life->tree, host->s);
    const char *problem = host->problem;

    if (host->site || !is_wrong(life, host, auth_type)) {
        return NULL;
    }
    if (!problem && auth_type) {
        problem = needs_a_client(life, auth_type);
    }
    return problem ? apr_psprintf(life->start->scratch, "%s: %s",
                                  cog_host_name(life->start->scratch, host->s),
                                  add_place(life, host, problem))
                   : NULL;
}

/* A section of the main server is inherited by all virtual hosts: one of them must know
 * the client. */
static int is_client_known(const lifecycle_t *life, const cog_written_t *use)
{
    for (int i = 0; i < life->hosts->nelts; ++i) {
        const cog_host_t *host = host_at(life, i);

        if ((host->s == use->s || use->s == life->main_server) &&
            cog_conf_find_client(host->written, use->value)) {
            return 1;
        }
    }
    return 0;
}

static const char *check_use(const lifecycle_t *life, const cog_written_t *use)
{
    if (strcasecmp(use->value, "default") == 0 || is_client_known(life, use)) {
        return NULL;
    }
    return apr_psprintf(
        life->start->scratch,
        "CognitoUse: '%s' (%s) names no client of this virtual host; write "
        "<CognitoClient \"%s\">, or default",
        use->value, use->place, use->value);
}

static const char *check_all(const lifecycle_t *life)
{
    const apr_array_header_t *uses = life->tree->uses;
    const char *problem = NULL;

    for (int i = 0; !problem && i < uses->nelts; ++i) {
        problem = check_use(life, &APR_ARRAY_IDX(uses, i, cog_written_t));
    }
    for (int i = 1; !problem && i < life->hosts->nelts; ++i) {
        problem = check_host(life, host_at(life, i));
    }
    return problem ? problem : check_host(life, host_at(life, 0));
}

/* Sections of the main server protect places here too, but nobody can sign in. */
static void warn_of_closed_hosts(const lifecycle_t *life)
{
    apr_pool_t *scratch = life->start->scratch;
    const cog_written_t *inherited = cog_tree_auth_type(life->tree, life->main_server);

    for (int i = 1; inherited && i < life->hosts->nelts; ++i) {
        const cog_host_t *host = host_at(life, i);

        if (!host->site) {
            COG_LOG(
                cog_log_of_server(scratch, host->s), WARNING, 4023,
                "%s inherits AuthType Cognito (%s), but its requests will be refused: "
                "%s",
                cog_host_name(scratch, host->s), inherited->place,
                host->problem ? host->problem : needs_a_client(life, inherited));
        }
    }
}

/* Can a Require meet this AuthType? Sections of the main server are merged with those of
 * virtual hosts. */
static int is_needed(const lifecycle_t *life, const cog_written_t *auth_type)
{
    const apr_array_header_t *needs = life->tree->needs;

    for (int i = 0; i < needs->nelts; ++i) {
        const server_rec *s = APR_ARRAY_IDX(needs, i, cog_written_t).s;

        if (s == auth_type->s || s == life->main_server ||
            auth_type->s == life->main_server) {
            return 1;
        }
    }
    return 0;
}

/* httpd asks nobody who they are where no Require wants to know. */
static void warn_of_open_places(const lifecycle_t *life)
{
    const apr_array_header_t *auth_types = life->tree->auth_types;

    for (int i = 0; i < auth_types->nelts; ++i) {
        const cog_written_t *auth_type = &APR_ARRAY_IDX(auth_types, i, cog_written_t);

        if (!is_needed(life, auth_type)) {
            COG_LOG(cog_log_of_server(life->start->scratch, auth_type->s), WARNING, 4025,
                    "AuthType Cognito (%s) protects nothing: no Require asks who it is; "
                    "write Require valid-user",
                    auth_type->place);
        }
    }
}

static void warn_of_all(const lifecycle_t *life)
{
    cog_advise_warnings(life->start->scratch, life->hosts);
    warn_of_closed_hosts(life);
    warn_of_open_places(life);
    cog_order_warn(life->start->scratch, life->tree);
}

/* A virtual host without a setting of its own shares the main server's configuration, but
 * not its site. */
static cog_server_conf_t *own_conf(const lifecycle_t *life, server_rec *s)
{
    cog_server_conf_t *conf = cog_conf_of_server(s);

    if (s != life->main_server && conf == cog_conf_of_server(life->main_server)) {
        conf = apr_pmemdup(life->start->pool, conf, sizeof(*conf));
        cog_conf_set_server(s, conf);
    }
    return conf;
}

static void open_sites(const lifecycle_t *life)
{
    for (int i = life->hosts->nelts - 1; i >= 0; --i) {
        const cog_host_t *host = host_at(life, i);

        own_conf(life, host->s)->site = host->site;
    }
}

static void listen_to_others(const lifecycle_t *life)
{
    apr_array_header_t *added =
        apr_array_make(life->start->scratch, 2, sizeof(const cog_site_t *));

    for (int i = 0; i < life->hosts->nelts; ++i) {
        const cog_host_t *host = host_at(life, i);

        if (host->site) {
            cog_revocation_task_add(life->start->pool, host->s, host->site, added);
            cog_documents_task_add(life->start->pool, host->s, host->site);
        }
    }
}

static int run(lifecycle_t *life, cog_start_t *start, server_rec *main_server)
{
    const char *problem;

    life->start = start;
    start->process = main_server->process->pool;
    life->main_server = main_server;
    life->tree = cog_tree_read(start->scratch, main_server);
    life->hosts = apr_array_make(start->scratch, 4, sizeof(cog_host_t));
    problem = start->is_rehearsal ? NULL : cog_start_meter(start);
    if (!problem) {
        resolve_all(life);
        problem = check_all(life);
    }
    if (!problem) {
        return OK;
    }
    COG_LOG(cog_log_of_server(start->scratch, main_server), ERROR, 4000, "%s", problem);
    return HTTP_INTERNAL_SERVER_ERROR;
}

static int check_health(const lifecycle_t *life, int is_json)
{
    return cog_doctor_examine(life->start->scratch, life->tree, life->hosts, is_json)
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

/* What `httpd -t -D …` is asked for beside its own check, whose `result` is known. This
 * hook, other than test_config, can give httpd an exit status. */
static int examine(const lifecycle_t *life, int result)
{
    int is_json = ap_exists_config_define("CHECK_COGNITO_JSON");

    if (ap_exists_config_define("DUMP_COGNITO")) {
        cog_dump_all(life->start->scratch, life->tree, life->hosts);
    }
    if (result != OK) {
        return result;
    }
    warn_of_all(life);
    return is_json || ap_exists_config_define("CHECK_COGNITO")
               ? check_health(life, is_json)
               : OK;
}

/* httpd reads its configuration twice when it starts, and once for `-t`. The first time
 * it has a terminal to complain on, so that is the time for the rehearsal. */
int cog_lifecycle_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                               server_rec *s)
{
    lifecycle_t life;
    int result;

    (void)pconf;
    (void)plog;
    if (ap_state_query(AP_SQ_MAIN_STATE) != AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    result = run(&life, cog_start_make(ptemp, ptemp, 1), s);
    if (ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST) {
        result = examine(&life, result);
    }
    return result;
}

int cog_lifecycle_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                              server_rec *s)
{
    lifecycle_t life;

    (void)plog;
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    cog_fetch_global_init(pconf);
    if (run(&life, cog_start_make(pconf, ptemp, 0), s) != OK) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    open_sites(&life);
    cog_stores_tend(life.start, s);
    cog_store_memory_let_go(life.start);
    listen_to_others(&life);
    warn_of_all(&life);
    cog_advise_urls(ptemp, life.hosts);
    return OK;
}
