#include "httpd/doctor/print.h"

#include <apr_env.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <unistd.h>

/* https://no-color.org */
static int may_colour(apr_pool_t *pool)
{
    char *value;

    return isatty(STDOUT_FILENO) && apr_env_get(&value, "NO_COLOR", pool) != APR_SUCCESS;
}

void cog_doctor_print(const cog_report_t *report, int is_json)
{
    apr_pool_t *pool = report->pool;
    const char *text = is_json
                           ? apr_pstrcat(pool, cog_report_json(pool, report), "\n", NULL)
                           : cog_report_text(pool, report, may_colour(pool));
    apr_file_t *out;

    if (apr_file_open_stdout(&out, pool) == APR_SUCCESS) {
        apr_file_puts(text, out);
    }
}
