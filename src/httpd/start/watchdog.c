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
} duty_t;

/* Every child comes by once in an interval, more or less. */
static int is_due(const duty_t *duty)
{
    return cog_rate_limit_allows(duty->limit, cog_monotonic_now(),
                                 duty->task.interval * 3 / 4);
}

static apr_status_t on_tick(int state, void *data, apr_pool_t *scratch)
{
    const duty_t *duty = data;

    if (state == AP_WATCHDOG_STATE_RUNNING && is_due(duty)) {
        const cog_log_t *log = cog_log_of_server(scratch, duty->s);

        COG_LOG(log, TRACE, 4111, "%s", duty->task.name);
        duty->task.run(duty->task.context, scratch, log);
    }
    return APR_SUCCESS;
}

static apr_status_t make(apr_pool_t *pconf, server_rec *s, const cog_task_t *task,
                         duty_t **duty)
{
    apr_shm_t *memory;
    apr_status_t rv = apr_shm_create(&memory, sizeof(cog_rate_limit_t), NULL, pconf);

    if (rv == APR_SUCCESS) {
        *duty = apr_pcalloc(pconf, sizeof(**duty));
        (*duty)->task = *task;
        (*duty)->s = s;
        (*duty)->limit = apr_shm_baseaddr_get(memory);
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
    duty_t *duty;
    apr_status_t rv;

    if (!get_instance || !register_callback) {
        return APR_ENOTIMPL;
    }
    rv = get_instance(&watchdog, INSTANCE, 0, 0, pconf);
    if (rv == APR_SUCCESS) {
        rv = make(pconf, s, task, &duty);
    }
    return rv == APR_SUCCESS ? register_callback(watchdog, task->interval, duty, on_tick)
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
