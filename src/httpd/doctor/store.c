/* The store: does it answer, with what is configured of TLS, user and password? */
#include <apr_strings.h>
#include <unistd.h>

#include "doctor/reason.h"
#include "httpd/doctor/doctor.h"
#include "httpd/start/stores.h"

#define ATTEMPTS 2

#define KEY "doctor" /* nobody keeps anything there */

/* NULL, or why it gives no answer. One that is slow for once is no finding. */
static const char *ask(const cog_host_patient_t *self, const cog_store_value_t *value)
{
    cog_start_t *start = cog_start_make(self->pool, self->pool, 0);
    cog_reason_t *reason = cog_reason_make(self->pool);
    const cog_made_store_t *made;
    cog_span_t found;
    const char *problem = cog_start_store(start, value, &made);

    for (int i = 0; !problem && i < ATTEMPTS; ++i) {
        const cog_store_t *store = &made->store;

        if (store->get(store->context, self->pool, &reason->log, KEY, &found) !=
            COG_E_STORE) {
            return NULL;
        }
    }
    if (!problem) {
        problem = reason->text ? reason->text : "it does not answer";
    }
    return problem;
}

static void check_server(cog_report_t *report, const cog_host_patient_t *self,
                         const cog_store_value_t *value)
{
    const char *problem = ask(self, value);
    const char *name = cog_store_value_shown(self->pool, value);

    if (problem) {
        cog_report_say(report, COG_FOUND_FAILED, "%s", problem);
        return;
    }
    if (!value->has_tls &&
        !APR_ARRAY_IDX(value->hosts, 0, cog_store_host_t).is_loopback) {
        cog_report_say(report, COG_FOUND_WARNING,
                       "%s answers, but without TLS: who is on the way can read its "
                       "password and undo sign-outs",
                       name);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s answers%s", name,
                   value->has_tls ? " over TLS" : "");
}

/* A key belongs to one of several servers: each is asked by itself. */
static void check_remote(cog_report_t *report, const cog_host_patient_t *self,
                         const cog_store_value_t *value)
{
    if (value->hosts->nelts == 1) {
        check_server(report, self, value);
        return;
    }
    for (int i = 0; i < value->hosts->nelts; ++i) {
        const cog_store_host_t *host = &APR_ARRAY_IDX(value->hosts, i, cog_store_host_t);
        cog_store_value_t one = *value;

        one.name = cog_store_host_name(self->pool, host);
        one.hosts = apr_array_make(self->pool, 1, sizeof(*host));
        APR_ARRAY_PUSH(one.hosts, cog_store_host_t) = *host;
        check_server(report, self, &one);
    }
}

static void check_file(cog_report_t *report, const cog_host_patient_t *self,
                       const cog_store_value_t *value)
{
    const char *folder = ap_make_dirstr_parent(self->pool, value->path);

    if (access(folder, R_OK | W_OK | X_OK) != 0) {
        cog_report_say(report, COG_FOUND_FAILED, "%s: its folder cannot be written to",
                       value->name);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", value->name);
}

void cog_check_store(cog_report_t *report, void *patient)
{
    const cog_host_patient_t *self = patient;
    const cog_store_value_t *value = &self->host->site->store_value;

    switch (value->kind) {
    case COG_STORE_SHMCB:
        cog_report_say(report, COG_FOUND_OK, "%s, in the memory of this host",
                       value->name);
        return;
    case COG_STORE_DBM:
        check_file(report, self, value);
        return;
    default:
        check_remote(report, self, value);
    }
}
