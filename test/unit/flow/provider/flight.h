/* A value of a single flight, and how often it is loaded: it is the number of the load.
 */
#ifndef COG_TEST_FLIGHT_H
#define COG_TEST_FLIGHT_H

#include "test/unit/unit.h"

#include <stdatomic.h>

#include "flow/provider/single_flight.h"

/* What the loads are to do, and what they have done. */
typedef struct {
    atomic_int loads;
    atomic_int fails; /* with this error; COG_OK: they succeed */
    apr_interval_time_t takes;
    atomic_int is_held; /* no load ends */
    atomic_llong clock;
    atomic_int warnings;
    cog_log_t log;
    cog_ports_t ports;
    cog_single_flight_t *flight;
} flight_t;

flight_t *flight_make(apr_pool_t *pool);

/* Let time go by. */
void flight_pass(flight_t *flight, int sec);

/* Which load's value cog_single_flight_get() gives; minus the error when it gives none.
 */
int flight_get(flight_t *flight);

/* Which load's value comes when that of the last one does not do. */
int flight_get_newer(flight_t *flight);

#endif
