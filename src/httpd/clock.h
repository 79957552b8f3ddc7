/* The clock port: the system's wall clock, and its sleep. */
#ifndef COG_HTTPD_CLOCK_H
#define COG_HTTPD_CLOCK_H

#include "flow/ports.h"

cog_clock_t cog_clock_system(void);

#endif
