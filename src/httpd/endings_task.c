#include "httpd/endings_task.h"

#include "crypto/random.h"
#include "flow/endings.h"
#include "httpd/clock.h"
#include "httpd/log_httpd.h"
#include "httpd/watchdog.h"

/* What a child knows of the list; each has a copy of its own. */
typedef struct {
    const cog_site_t *site;
    cog_endings_reader_t reader;
} listener_t;

static void listen_once(void *context, apr_pool_t *scratch, const cog_log_t *log)
{
    listener_t *listener = context;
    const cog_site_t *site = listener->site;
    const cog_ports_t ports = {.clock = cog_clock_system(),
                               .random = cog_random_system(),
                               .fetcher = site->fetcher,
                               .store = site->store,
                               .log = log};
    const cog_flow_t flow = {.pool = scratch, .conf = site->conf, .ports = &ports};

    /* what goes wrong the store has logged; the next second is another try */
    (void)cog_endings_read(&flow, &listener->reader);
}

/* One list for all sites with the same store and the same keys. */
static int is_listening(const apr_array_header_t *added, const cog_site_t *site)
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

void cog_endings_task_add(apr_pool_t *pconf, server_rec *s, const cog_site_t *site,
                          apr_array_header_t *added)
{
    cog_task_t task = {"hearing which sessions have ended", apr_time_from_sec(1),
                       listen_once, NULL};
    listener_t *listener;

    if (!site->conf->is_store_shared || is_listening(added, site)) {
        return;
    }
    listener = apr_pcalloc(pconf, sizeof(*listener));
    listener->site = site;
    task.context = listener;
    if (!cog_watchdog_add(pconf, s, &task)) {
        COG_LOG(cog_log_of_server(pconf, s), WARNING, 3310,
                "sign-outs on other hosts are not heard of, so that copies of their "
                "sessions' cookies live on here: load mod_watchdog");
    }
    APR_ARRAY_PUSH(added, const cog_site_t *) = site;
}
