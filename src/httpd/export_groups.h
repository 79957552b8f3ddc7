/* Groups that are long for a header. */
#ifndef COG_HTTPD_EXPORT_GROUPS_H
#define COG_HTTPD_EXPORT_GROUPS_H

#include <apr_tables.h>
#include <httpd.h>

/* More than that, many backends do not take in all their headers together. */
#define COG_GROUPS_MAX 4096

/* Warn, once a minute in each process, when the groups that are left are longer than
 * COG_GROUPS_MAX. None is ever cut. */
void cog_export_check_groups(request_rec *r, const apr_array_header_t *claims);

#endif
