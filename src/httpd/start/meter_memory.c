#include "httpd/start/meter_memory.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <stdint.h>

#include "net/meter/meter_shm.h"

/* Nothing but the memory: the module may be loaded anew, to another place, and by then
 * count other things. */
static const char *name_of(apr_pool_t *pool)
{
    return apr_psprintf(pool, "mod_auth_cognito meter %" APR_SIZE_T_FMT " %d %d",
                        cog_meter_shm_room(), COG_EVENT_COUNT, COG_CALL_COUNT);
}

static void *kept(const cog_start_t *start)
{
    void *memory = NULL;

    apr_pool_userdata_get(&memory, name_of(start->scratch), start->process);
    return memory;
}

static void *line_in(apr_shm_t *shared)
{
    unsigned char *base = apr_shm_baseaddr_get(shared);

    return base + COG_METER_LINE - (uintptr_t)base % COG_METER_LINE;
}

static const char *make(cog_start_t *start)
{
    apr_shm_t *shared;
    void *memory;
    apr_status_t rv = apr_shm_create(&shared, cog_meter_shm_room() + COG_METER_LINE, NULL,
                                     start->process);

    if (rv != APR_SUCCESS) {
        return apr_psprintf(start->scratch,
                            "the counters' memory cannot be had from the system: %pm",
                            &rv);
    }
    memory = line_in(shared);
    if (cog_meter_shm_format(memory, apr_time_now(), &start->meter) != COG_OK) {
        return "the counters need locks for shared memory, which this system does not "
               "have";
    }
    apr_pool_userdata_set(memory, name_of(start->scratch), apr_pool_cleanup_null,
                          start->process);
    return NULL;
}

const char *cog_start_meter(cog_start_t *start)
{
    void *memory = kept(start);

    if (!memory || cog_meter_shm_open(memory, &start->meter) != COG_OK) {
        const char *problem = make(start);

        if (problem) {
            return problem;
        }
    }
    cog_meter_shm_forget_names(start->meter);
    return NULL;
}
