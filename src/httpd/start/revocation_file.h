/* The revocation table in a file that all processes map: it outlives every kind of
 * restart. */
#ifndef COG_HTTPD_START_REVOCATION_FILE_H
#define COG_HTTPD_START_REVOCATION_FILE_H

#include "httpd/start/start.h"

/* The table, for a host whose sessions last `life_sec` at most: one file for all hosts,
 * mapped before httpd forks. A rehearsal of a start only looks whether it can. Returns
 * NULL or a sentence for the administrator. */
const char *cog_start_revocations(cog_start_t *start, int64_t life_sec,
                                  cog_revocation_table_t **revocations);

#endif
