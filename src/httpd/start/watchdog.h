/* Work that is done now and then while nobody asks for it, by a thread of mod_watchdog in
 * one child at a time: whichever comes first when a task is due. (Its singletons do not
 * serve: when their child ends, nobody takes over for ten seconds.) */
#ifndef COG_HTTPD_START_WATCHDOG_H
#define COG_HTTPD_START_WATCHDOG_H

#include <httpd.h>

#include "base/log.h"

typedef struct {
    const char *name; /* for the log: "sweeping the store" */
    apr_interval_time_t interval;
    /* Holds up the end of its child, so it takes a second at most. A run that lasts
     * longer than `interval` may meet the next one in another child. `scratch` is the
     * run's own. */
    void (*run)(void *context, apr_pool_t *scratch, const cog_log_t *log);
    void *context; /* lives as long as the configuration; copied by the fork */
} cog_task_t;

/* In post_config, once for each task. FALSE where it will never be done, for mod_watchdog
 * is not loaded; the log says so at debug. */
int cog_watchdog_add(apr_pool_t *pconf, server_rec *s, const cog_task_t *task);

#endif
