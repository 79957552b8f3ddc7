/* Where the meter keeps its numbers: memory of all processes that outlives the
 * configuration, so that a restart of httpd takes nothing away from them. */
#ifndef COG_HTTPD_START_METER_MEMORY_H
#define COG_HTTPD_START_METER_MEMORY_H

#include "httpd/start/start.h"

/* Sets `start->meter`, once in a start. Returns a problem, or NULL. */
const char *cog_start_meter(cog_start_t *start);

#endif
