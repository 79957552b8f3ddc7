/* `httpd -t -D DUMP_COGNITO`: what holds where, and where that is written. */
#ifndef COG_HTTPD_DUMP_DUMP_H
#define COG_HTTPD_DUMP_DUMP_H

#include "httpd/conf/resolve.h"
#include "httpd/dump/rows.h"

/* Print all `hosts`, cog_host_t, to the standard output. */
void cog_dump_all(apr_pool_t *pool, const cog_tree_t *tree,
                  const apr_array_header_t *hosts);

/* client.c: the app clients of a host. */
void cog_dump_clients(apr_pool_t *pool, apr_file_t *out, const cog_host_t *host);

/* CognitoLoginParam: a row for each. */
void cog_dump_params(cog_dump_rows_t *rows, const apr_array_header_t *params);

/* place.c: the sections of a host that are about its users. */
void cog_dump_places(apr_pool_t *pool, apr_file_t *out, const cog_tree_t *tree,
                     const cog_host_t *host);

#endif
