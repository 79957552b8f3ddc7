/* The marks of sessions that have ended, in a file that all processes map: they outlive
 * every kind of restart. */
#ifndef COG_HTTPD_END_MARKS_FILE_H
#define COG_HTTPD_END_MARKS_FILE_H

#include "httpd/start.h"

/* The marks, for a host whose sessions last `life_sec` at most: one file for all hosts,
 * mapped before httpd forks. A rehearsal of a start only looks whether it can. Returns
 * NULL or a sentence for the administrator. */
const char *cog_start_end_marks(cog_start_t *start, int64_t life_sec,
                                cog_end_marks_t **marks);

#endif
