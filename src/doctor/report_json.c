/* The report for programs. */
#include <jansson.h>

#include "base/json.h"
#include "doctor/report.h"

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text) {
        (void)json_object_set_new(object, name, json_string(text));
    }
}

static json_t *remedy_json(const cog_remedy_t *remedy)
{
    json_t *object = json_object();

    set_text(object, "httpd", remedy->httpd);
    set_text(object, "aws", remedy->aws);
    set_text(object, "cloudformation", remedy->cloudformation);
    set_text(object, "terraform", remedy->terraform);
    return object;
}

static json_t *finding_json(const cog_finding_t *finding)
{
    json_t *object = json_object();

    set_text(object, "check", finding->check->id);
    set_text(object, "title", finding->check->title);
    set_text(object, "result", cog_found_name(finding->found));
    set_text(object, "text", finding->text);
    (void)json_object_set_new(object, "remedy", remedy_json(&finding->remedy));
    return object;
}

static json_t *group_json(const cog_report_group_t *group)
{
    json_t *object = json_object();
    json_t *findings = json_array();

    set_text(object, "host", group->host);
    (void)json_object_set_new(object, "client",
                              group->client ? json_string(group->client) : json_null());
    for (int i = 0; i < group->findings->nelts; ++i) {
        (void)json_array_append_new(
            findings, finding_json(&APR_ARRAY_IDX(group->findings, i, cog_finding_t)));
    }
    (void)json_object_set_new(object, "findings", findings);
    return object;
}

static json_t *counts_json(const cog_report_t *report)
{
    json_t *object = json_object();

    for (int i = 0; i < COG_FOUND_KINDS; ++i) {
        (void)json_object_set_new(object, cog_found_name((cog_found_t)i),
                                  json_integer(cog_report_count(report, (cog_found_t)i)));
    }
    return object;
}

const char *cog_report_json(apr_pool_t *pool, const cog_report_t *report)
{
    json_t *object = cog_json_own(pool, json_object());
    json_t *groups = json_array();

    for (int g = 0; g < report->groups->nelts; ++g) {
        (void)json_array_append_new(
            groups, group_json(&APR_ARRAY_IDX(report->groups, g, cog_report_group_t)));
    }
    (void)json_object_set_new(object, "ok",
                              json_boolean(!cog_report_count(report, COG_FOUND_FAILED)));
    (void)json_object_set_new(object, "counts", counts_json(report));
    (void)json_object_set_new(object, "groups", groups);
    return cog_json_write(pool, object);
}
