#include "doctor/report.h"

#include <apr_strings.h>
#include <stdarg.h>

#include "doctor/remedy.h"

cog_report_t *cog_report_make(apr_pool_t *pool)
{
    cog_report_t *report = apr_pcalloc(pool, sizeof(*report));

    report->pool = pool;
    report->groups = apr_array_make(pool, 4, sizeof(cog_report_group_t));
    return report;
}

static const cog_report_group_t *last_group(const cog_report_t *report)
{
    return &APR_ARRAY_IDX(report->groups, report->groups->nelts - 1, cog_report_group_t);
}

void cog_report_open(cog_report_t *report, const char *host, const char *client)
{
    APR_ARRAY_PUSH(report->groups, cog_report_group_t) =
        (cog_report_group_t){host, client, apr_table_make(report->pool, 8),
                             apr_array_make(report->pool, 16, sizeof(cog_finding_t))};
}

void cog_report_let(cog_report_t *report, const char *name, const char *value)
{
    apr_table_set(last_group(report)->words, name, value);
}

void cog_report_run(cog_report_t *report, const cog_check_t *checks, void *context)
{
    for (; checks->id; ++checks) {
        report->check = checks;
        checks->run(report, context);
    }
}

static cog_remedy_t remedy_of(const cog_report_t *report, cog_found_t found)
{
    const cog_remedy_t *raw = &report->check->remedy;
    const apr_table_t *words = last_group(report)->words;

    if (found != COG_FOUND_WARNING && found != COG_FOUND_FAILED) {
        return (cog_remedy_t){NULL, NULL, NULL, NULL};
    }
    return (cog_remedy_t){
        cog_remedy_fill(report->pool, raw->httpd, words),
        cog_remedy_fill(report->pool, raw->aws, words),
        cog_remedy_fill(report->pool, raw->cloudformation, words),
        cog_remedy_fill(report->pool, raw->terraform, words),
    };
}

void cog_report_say(cog_report_t *report, cog_found_t found, const char *format, ...)
{
    va_list args;
    const char *text;

    va_start(args, format);
    text = apr_pvsprintf(report->pool, format, args);
    va_end(args);
    APR_ARRAY_PUSH(last_group(report)->findings, cog_finding_t) =
        (cog_finding_t){report->check, found, text, remedy_of(report, found)};
}

int cog_report_count(const cog_report_t *report, cog_found_t found)
{
    int count = 0;

    for (int g = 0; g < report->groups->nelts; ++g) {
        const apr_array_header_t *findings =
            APR_ARRAY_IDX(report->groups, g, cog_report_group_t).findings;

        for (int i = 0; i < findings->nelts; ++i) {
            count += APR_ARRAY_IDX(findings, i, cog_finding_t).found == found;
        }
    }
    return count;
}

const char *cog_found_name(cog_found_t found)
{
    static const char *const names[] = {[COG_FOUND_OK] = "ok",
                                        [COG_FOUND_WARNING] = "warning",
                                        [COG_FOUND_FAILED] = "failed",
                                        [COG_FOUND_SKIPPED] = "skipped"};

    return names[found];
}
