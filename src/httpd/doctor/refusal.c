#include "httpd/doctor/refusal.h"

#include <apr_strings.h>
#include <string.h>

#include <httpd.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>

#include "base/text.h"
#include "httpd/doctor/print.h"

#define KEY        "cog_doctor_refusal"
#define LINE_LIMIT 1000

typedef struct {
    apr_pool_t *pool;
    const char *text; /* what httpd has complained of; "" at first */
} refusal_t;

/* The hook of the error log knows no server yet. */
static refusal_t *find(void)
{
    void *data = NULL;

    (void)apr_pool_userdata_get(&data, KEY, ap_pglobal);
    return data;
}

/* httpd says where in one line, and what in the next. */
static const char *joint(const char *text)
{
    size_t len = strlen(text);

    if (len == 0) {
        return "";
    }
    return text[len - 1] == ':' ? " " : "; ";
}

static void keep(const ap_errorlog_info *info, const char *line)
{
    refusal_t *refusal = find();

    if (refusal && info->level <= APLOG_ERR) {
        refusal->text =
            apr_pstrcat(refusal->pool, refusal->text, joint(refusal->text),
                        cog_text_for_log(refusal->pool, line, LINE_LIMIT), NULL);
    }
}

static void say_refused(cog_report_t *report, void *context)
{
    const refusal_t *refusal = context;

    cog_report_say(report, COG_FOUND_FAILED, "%s",
                   *refusal->text ? refusal->text : "httpd has ended without a word");
}

/* clang-format off */
static const cog_check_t checks[] = {
    {"configuration", "configuration", say_refused, {NULL, NULL, NULL, NULL}},
    {NULL, NULL, NULL, {NULL, NULL, NULL, NULL}},
};
/* clang-format on */

static apr_status_t tell(void *data)
{
    refusal_t *refusal = data;
    cog_report_t *report = cog_report_make(refusal->pool);

    cog_doctor_refusal_forget();
    cog_report_open(report, "this httpd", NULL);
    cog_report_run(report, checks, refusal);
    cog_doctor_print(report, 1);
    return APR_SUCCESS;
}

void cog_doctor_refusal_await(apr_pool_t *conf_pool)
{
    refusal_t *refusal;

    if (ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_CONFIG_TEST ||
        !ap_exists_config_define("CHECK_COGNITO_JSON")) {
        return;
    }
    refusal = apr_palloc(conf_pool, sizeof(*refusal));
    *refusal = (refusal_t){conf_pool, ""};
    (void)apr_pool_userdata_setn(refusal, KEY, NULL, ap_pglobal);
    apr_pool_cleanup_register(conf_pool, refusal, tell, apr_pool_cleanup_null);
    ap_hook_error_log(keep, NULL, NULL, APR_HOOK_MIDDLE);
}

void cog_doctor_refusal_forget(void)
{
    refusal_t *refusal = find();

    if (refusal) {
        apr_pool_cleanup_kill(refusal->pool, refusal, tell);
        (void)apr_pool_userdata_setn(NULL, KEY, NULL, ap_pglobal);
    }
}
