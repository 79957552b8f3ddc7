#include "httpd/start/revocation_task.h"

#include <apr_shm.h>

#include "crypto/random.h"
#include "flow/revocation/session_revocation.h"
#include "httpd/clock.h"
#include "httpd/log_httpd.h"
#include "httpd/start/watchdog.h"
#include "net/shm/shared_lock.h"

#define EVERY apr_time_from_sec(1)

/* What the children of this host know of the lists, together. */
typedef struct {
    cog_shared_lock_t lock;
    cog_revocation_reader_t reader;
} shared_t;

typedef struct {
    const cog_site_t *site;
    shared_t *shared;
} job_t;

/* What goes wrong the store has logged; the next second is another try. A child that is
 * killed in the middle leaves a place that is read again. */
static void read_and_send(const cog_flow_t *flow, shared_t *shared)
{
    cog_revocation_reader_t reader = shared->reader;
    cog_err_t err = cog_revocations_read(flow, &reader);

    shared->reader = reader;
    if (err == COG_OK) {
        (void)cog_revocations_send(flow);
    }
}

static void run_once(void *context, apr_pool_t *scratch, const cog_log_t *log)
{
    const job_t *job = context;
    const cog_site_t *site = job->site;
    const cog_ports_t ports = {.clock = cog_clock_system(),
                               .random = cog_random_system(),
                               .fetcher = site->fetcher,
                               .store = site->store,
                               .log = log};
    const cog_flow_t flow = {.pool = scratch, .conf = site->conf, .ports = &ports};

    /* another child is at it still */
    if (cog_shared_lock_take(&job->shared->lock, 0) != COG_OK) {
        return;
    }
    read_and_send(&flow, job->shared);
    cog_shared_lock_give(&job->shared->lock);
}

/* One list for all sites with the same store and the same keys. */
static int has_task(const apr_array_header_t *added, const cog_site_t *site)
{
    for (int i = 0; i < added->nelts; ++i) {
        const cog_site_t *other = APR_ARRAY_IDX(added, i, const cog_site_t *);

        if (other->store.context == site->store.context &&
            other->conf->keyring == site->conf->keyring) {
            return 1;
        }
    }
    return 0;
}

static job_t *make_job(apr_pool_t *pconf, const cog_site_t *site)
{
    job_t *job = apr_pcalloc(pconf, sizeof(*job));
    apr_shm_t *memory;

    if (apr_shm_create(&memory, sizeof(shared_t), NULL, pconf) != APR_SUCCESS) {
        return NULL;
    }
    job->site = site;
    job->shared = apr_shm_baseaddr_get(memory);
    return cog_shared_lock_make(&job->shared->lock) == COG_OK ? job : NULL;
}

static int add(apr_pool_t *pconf, server_rec *s, const cog_site_t *site)
{
    cog_task_t task = {"hearing which sessions have ended", EVERY, run_once,
                       make_job(pconf, site)};

    return task.context && cog_watchdog_add(pconf, s, &task);
}

void cog_revocation_task_add(apr_pool_t *pconf, server_rec *s, const cog_site_t *site,
                             apr_array_header_t *added)
{
    if (!site->conf->is_store_shared || has_task(added, site)) {
        return;
    }
    if (!add(pconf, s, site)) {
        COG_LOG(cog_log_of_server(pconf, s), WARNING, 3310,
                "sign-outs on other hosts are not heard of, so that copies of their "
                "sessions' cookies live on here: load mod_watchdog");
    }
    APR_ARRAY_PUSH(added, const cog_site_t *) = site;
}
