#include "httpd/dump/rows.h"

#include <apr_strings.h>
#include <string.h>

#include "httpd/conf/section.h"

#define NAME_WIDTH  24
#define VALUE_WIDTH 46 /* longer ones push their place away */

typedef struct {
    const char *name;
    const char *value;
    const char *origin;
} row_t;

cog_dump_rows_t cog_dump_rows_make(apr_pool_t *pool, const ap_directive_t *section)
{
    return (cog_dump_rows_t){pool, section, apr_array_make(pool, 16, sizeof(row_t))};
}

void cog_dump_add_from(cog_dump_rows_t *rows, const char *name, const char *value,
                       const char *origin)
{
    APR_ARRAY_PUSH(rows->rows, row_t) = (row_t){name, value, origin};
}

void cog_dump_add(cog_dump_rows_t *rows, const char *name, const char *value,
                  const ap_directive_t *at)
{
    const char *origin = "default";

    if (at) {
        origin =
            apr_psprintf(rows->pool, "%s%s:%d",
                         cog_section_holds(rows->section, at) ? "" : "inherited from ",
                         at->filename, at->line_num);
    }
    cog_dump_add_from(rows, name, value, origin);
}

static int width_of(const cog_dump_rows_t *rows)
{
    size_t width = 0;

    for (int i = 0; i < rows->rows->nelts; ++i) {
        size_t len = strlen(APR_ARRAY_IDX(rows->rows, i, row_t).value);

        width = len > width && len <= VALUE_WIDTH ? len : width;
    }
    return (int)width;
}

void cog_dump_print(const cog_dump_rows_t *rows, apr_file_t *out)
{
    int width = width_of(rows);

    for (int i = 0; i < rows->rows->nelts; ++i) {
        const row_t *row = &APR_ARRAY_IDX(rows->rows, i, row_t);

        apr_file_printf(out, "    %-*s  %-*s  %s\n", NAME_WIDTH, row->name, width,
                        row->value, row->origin);
    }
}

const char *cog_dump_list(apr_pool_t *pool, const apr_array_header_t *texts,
                          const char *otherwise)
{
    return texts && texts->nelts ? apr_array_pstrcat(pool, texts, ' ') : otherwise;
}

const char *cog_dump_duration(apr_pool_t *pool, apr_int64_t seconds)
{
    static const struct {
        apr_int64_t seconds;
        const char *unit;
    } units[] = {
        {86400, "d"},
        {3600,  "h"},
        {60,    "m"}
    };

    for (size_t i = 0; seconds && i < sizeof(units) / sizeof(*units); ++i) {
        if (seconds % units[i].seconds == 0) {
            return apr_psprintf(pool, "%" APR_INT64_T_FMT "%s",
                                seconds / units[i].seconds, units[i].unit);
        }
    }
    return apr_psprintf(pool, "%" APR_INT64_T_FMT "s", seconds);
}

const char *cog_dump_switch(int is_on)
{
    return is_on ? "on" : "off";
}
