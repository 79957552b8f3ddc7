/* The report for a terminal. */
#include <apr_strings.h>
#include <string.h>

#include "doctor/report.h"

#define TITLE_WIDTH 20
#define INDENT      "            "

static const char *const colours[] = {[COG_FOUND_OK] = "\033[32m",
                                      [COG_FOUND_WARNING] = "\033[33m",
                                      [COG_FOUND_FAILED] = "\033[31m",
                                      [COG_FOUND_SKIPPED] = "\033[2m"};

static const char *colour(const char *text, cog_found_t found, int has_colour,
                          apr_pool_t *pool)
{
    return has_colour ? apr_pstrcat(pool, colours[found], text, "\033[0m", NULL) : text;
}

/* Lines after the first begin below it. */
static const char *remedy_line(apr_pool_t *pool, const char *kind, const char *text)
{
    const char *lines = "";
    const char *end;

    if (!text) {
        return "";
    }
    while ((end = strchr(text, '\n'))) {
        lines = apr_pstrcat(pool, lines, apr_pstrmemdup(pool, text, (size_t)(end - text)),
                            "\n" INDENT, apr_psprintf(pool, "%-16s", ""), NULL);
        text = end + 1;
    }
    return apr_pstrcat(pool, INDENT, apr_psprintf(pool, "%-16s", kind), lines, text, "\n",
                       NULL);
}

static const char *finding_text(apr_pool_t *pool, const cog_finding_t *finding,
                                int has_colour)
{
    const cog_remedy_t *remedy = &finding->remedy;
    const char *mark = apr_psprintf(pool, "%-8s", cog_found_name(finding->found));

    return apr_pstrcat(pool, "  ", colour(mark, finding->found, has_colour, pool), "  ",
                       apr_psprintf(pool, "%-*s", TITLE_WIDTH, finding->check->title),
                       "  ", finding->text, "\n",
                       remedy_line(pool, "AWS CLI", remedy->aws),
                       remedy_line(pool, "CloudFormation", remedy->cloudformation),
                       remedy_line(pool, "Terraform", remedy->terraform),
                       remedy_line(pool, "here", remedy->httpd), NULL);
}

static const char *summary(apr_pool_t *pool, const cog_report_t *report, int has_colour)
{
    cog_found_t worst = COG_FOUND_OK;
    const char *text;

    for (int i = COG_FOUND_OK; i <= COG_FOUND_FAILED; ++i) {
        worst = cog_report_count(report, (cog_found_t)i) ? (cog_found_t)i : worst;
    }
    text = apr_psprintf(pool, "%d ok, %d warning%s, %d failed, %d skipped",
                        cog_report_count(report, COG_FOUND_OK),
                        cog_report_count(report, COG_FOUND_WARNING),
                        cog_report_count(report, COG_FOUND_WARNING) == 1 ? "" : "s",
                        cog_report_count(report, COG_FOUND_FAILED),
                        cog_report_count(report, COG_FOUND_SKIPPED));
    return apr_pstrcat(pool, "\n", colour(text, worst, has_colour, pool), "\n", NULL);
}

const char *cog_report_text(apr_pool_t *pool, const cog_report_t *report, int has_colour)
{
    apr_array_header_t *parts = apr_array_make(pool, 64, sizeof(const char *));

    for (int g = 0; g < report->groups->nelts; ++g) {
        const cog_report_group_t *group =
            &APR_ARRAY_IDX(report->groups, g, cog_report_group_t);

        APR_ARRAY_PUSH(parts, const char *) = apr_pstrcat(
            pool, g ? "\n" : "", group->host, group->client ? ", client " : "",
            group->client ? group->client : "", "\n", NULL);
        for (int i = 0; i < group->findings->nelts; ++i) {
            APR_ARRAY_PUSH(parts, const char *) = finding_text(
                pool, &APR_ARRAY_IDX(group->findings, i, cog_finding_t), has_colour);
        }
    }
    APR_ARRAY_PUSH(parts, const char *) = summary(pool, report, has_colour);
    return apr_array_pstrcat(pool, parts, '\0');
}
