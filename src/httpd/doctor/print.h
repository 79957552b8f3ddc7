/* What was found, on the standard output. */
#ifndef COG_HTTPD_DOCTOR_PRINT_H
#define COG_HTTPD_DOCTOR_PRINT_H

#include "doctor/report.h"

/* As JSON or for people, in colour where a terminal may show it. */
void cog_doctor_print(const cog_report_t *report, int is_json);

#endif
