/* Settings as they are printed for the administrator: aligned, each with its place. */
#ifndef COG_HTTPD_DUMP_ROWS_H
#define COG_HTTPD_DUMP_ROWS_H

#include <apr_file_io.h>
#include <apr_tables.h>

#include <httpd.h>
#include <http_config.h>

typedef struct {
    apr_pool_t *pool;
    const ap_directive_t *section; /* what stands elsewhere is inherited; NULL: nothing */
    apr_array_header_t *rows;
} cog_dump_rows_t;

cog_dump_rows_t cog_dump_rows_make(apr_pool_t *pool, const ap_directive_t *section);

/* One setting. `at` is where it is written, NULL: it is the default. */
void cog_dump_add(cog_dump_rows_t *rows, const char *name, const char *value,
                  const ap_directive_t *at);

/* One whose origin is told in words. */
void cog_dump_add_from(cog_dump_rows_t *rows, const char *name, const char *value,
                       const char *origin);

void cog_dump_print(const cog_dump_rows_t *rows, apr_file_t *out);

/* Values in words. */
const char *cog_dump_list(apr_pool_t *pool, const apr_array_header_t *texts,
                          const char *otherwise);
const char *cog_dump_duration(apr_pool_t *pool, apr_int64_t seconds);
const char *cog_dump_switch(int is_on);

#endif
