#include "httpd/start/watchdog.h"

#include <apr_optional.h>
#include <apr_shm.h>
#include <apr_strings.h>
#include <mod_watchdog.h>

#include "base/rate_limit.h"
#include "httpd/log_httpd.h"
#include "net/server/monotonic.h"

#define INSTANCE "_cognito_"

typedef struct {
    cog_task_t task;
    server_rec *s;
    cog_rate_limit_t *limit; /* shared by all children */
} scheduled_t;

/* Every child comes by once in an interval, more or less. */
static int is_due(const scheduled_t *scheduled)
{
    return cog_rate_limit_allows(scheduled->limit, cog_monotonic_now(),
                                 scheduled->task.interval * 3 / 4);
}

static apr_status_t on_tick(int state, void *data, apr_pool_t *scratch)
{
    const scheduled_t *scheduled = data;

    if (state == AP_WATCHDOG_STATE_RUNNING && is_due(scheduled)) {
        const cog_log_t *log = cog_log_of_server(scratch, scheduled->s);

        COG_LOG(log, TRACE, 4111, "%s", scheduled->task.name);
        scheduled->task.run(scheduled->task.context, scratch, log);
    }
    return APR_SUCCESS;
}

static apr_status_t make(apr_pool_t *pconf, server_rec *s, const cog_task_t *task,
                         scheduled_t **scheduled)
{
    apr_shm_t *memory;
    apr_status_t rv = apr_shm_create(&memory, sizeof(cog_rate_limit_t), NULL, pconf);

    if (rv == APR_SUCCESS) {
        *scheduled = apr_pcalloc(pconf, sizeof(**scheduled));
        (*scheduled)->task = *task;
        (*scheduled)->s = s;
        (*scheduled)->limit = apr_shm_baseaddr_get(memory);
    }
    return rv;
}

static apr_status_t add(apr_pool_t *pconf, server_rec *s, const cog_task_t *task)
{
    APR_OPTIONAL_FN_TYPE(ap_watchdog_get_instance) *get_instance =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    APR_OPTIONAL_FN_TYPE(ap_watchdog_register_callback) *register_callback =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    ap_watchdog_t *watchdog;
    scheduled_t *scheduled;
    apr_status_t rv;

    if (!get_instance || !register_callback) {
        return APR_ENOTIMPL;
    }
    rv = get_instance(&watchdog, INSTANCE, 0, 0, pconf);
    if (rv == APR_SUCCESS) {
        rv = make(pconf, s, task, &scheduled);
    }
    return rv == APR_SUCCESS
               ? register_callback(watchdog, task->interval, scheduled, on_tick)
               : rv;
}

int cog_watchdog_add(apr_pool_t *pconf, server_rec *s, const cog_task_t *task)
{
    apr_status_t rv = add(pconf, s, task);

    if (rv != APR_SUCCESS) {
        COG_LOG(cog_log_of_server(pconf, s), DEBUG, 4110, "%s is not done: %s",
                task->name,
                rv == APR_ENOTIMPL ? "mod_watchdog is not loaded"
                                   : apr_psprintf(pconf, "%pm", &rv));
    }
    return rv == APR_SUCCESS;
}
