#include "httpd/meter_memory.h"

#include <apr_shm.h>
#include <apr_strings.h>

#include "net/meter_shm.h"

#define KEPT "mod_auth_cognito meter"

/* Nothing but the memory: the module may be loaded anew, to another place. */
static void *kept(apr_pool_t *process)
{
    void *memory = NULL;

    apr_pool_userdata_get(&memory, KEPT, process);
    return memory;
}

static const char *make(cog_start_t *start)
{
    apr_shm_t *shared;
    void *memory;
    apr_status_t rv = apr_shm_create(&shared, cog_meter_shm_room(), NULL, start->process);

    if (rv != APR_SUCCESS) {
        return apr_psprintf(start->scratch,
                            "the counters' memory cannot be had from the system: %pm",
                            &rv);
    }
    memory = apr_shm_baseaddr_get(shared);
    if (cog_meter_shm_format(memory, apr_time_now(), &start->meter) != COG_OK) {
        return "the counters need locks for shared memory, which this system does not "
               "have";
    }
    apr_pool_userdata_set(memory, KEPT, apr_pool_cleanup_null, start->process);
    return NULL;
}

const char *cog_start_meter(cog_start_t *start)
{
    void *memory = kept(start->process);

    if (!memory || cog_meter_shm_open(memory, &start->meter) != COG_OK) {
        const char *problem = make(start);

        if (problem) {
            return problem;
        }
    }
    cog_meter_shm_forget_names(start->meter);
    return NULL;
}
