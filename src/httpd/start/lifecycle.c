#include "httpd/start/lifecycle.h"

#include <apr_strings.h>

#include <http_core.h>
#include <http_log.h>

#include "base/log.h"
#include "httpd/conf/resolve.h"
#include "httpd/doctor/doctor.h"
#include "httpd/dump/dump.h"
#include "httpd/log_httpd.h"
#include "httpd/start/advice.h"
#include "httpd/start/documents_task.h"
#include "httpd/start/forward_proxy.h"
#include "httpd/start/meter_memory.h"
#include "httpd/start/mix_up.h"
#include "httpd/start/order.h"
#include "httpd/start/requirements.h"
#include "httpd/start/places.h"
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

static void warn_of_all(const lifecycle_t *life)
{
    cog_advise_warnings(life->start->scratch, life->hosts);
    cog_places_warn(life->start->scratch, life->tree, life->hosts);
    cog_forward_proxy_warn(life->start->scratch, life->tree);
    cog_order_warn(life->start->scratch, life->tree);
    cog_requirements_warn(life->start->scratch, life->tree);
    cog_mix_up_warn(life->start->scratch, life->hosts);
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
        problem = cog_places_check(start->scratch, life->tree, life->hosts);
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
