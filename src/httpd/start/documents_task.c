#include "httpd/start/documents_task.h"

#include "crypto/random.h"
#include "flow/provider/provider.h"
#include "httpd/clock.h"
#include "httpd/start/watchdog.h"

#define EVERY apr_time_from_sec(10)

typedef struct {
    const cog_site_t *site;
} renewer_t;

/* Where one user pool does not answer, others may not either: they wait for their turn,
 * as the end of the child must not wait for all. */
static void renew_all(cog_flow_t *flow)
{
    apr_array_header_t *clients = cog_conf_all_clients(flow->pool, flow->conf);
    cog_err_t err = COG_OK;

    for (int i = 0; i < clients->nelts && err == COG_OK; ++i) {
        err = cog_provider_renew_ahead(
            flow, APR_ARRAY_IDX(clients, i, const cog_client_conf_t *)->provider);
    }
}

static void run(void *context, apr_pool_t *scratch, const cog_log_t *log)
{
    const cog_site_t *site = ((const renewer_t *)context)->site;
    cog_meter_user_t meter;
    cog_ports_t ports = {.clock = cog_clock_system(),
                         .random = cog_random_system(),
                         .fetcher = site->fetcher,
                         .store = site->store,
                         .documents = site->documents,
                         .log = log};
    cog_flow_t flow = {.pool = scratch, .conf = site->conf, .ports = &ports};

    cog_meter_shm_use(site->meter, 0, &meter);
    ports.meter = &meter.port;
    renew_all(&flow);
}

void cog_documents_task_add(apr_pool_t *pconf, server_rec *s, const cog_site_t *site)
{
    renewer_t *renewer = apr_palloc(pconf, sizeof(*renewer));
    const cog_task_t task = {"renewing the documents of user pools", EVERY, run, renewer};

    renewer->site = site;
    (void)cog_watchdog_add(pconf, s, &task);
}
