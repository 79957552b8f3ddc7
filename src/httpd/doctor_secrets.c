/* Keys and secrets: who may read them, and are they hard to guess? */
#include <apr_file_info.h>
#include <apr_strings.h>
#include <unistd.h>

#include <string.h>

#include <httpd.h>
#include <http_core.h>
#include <unixd.h>

#include "base/text.h"
#include "doctor/entropy.h"
#include "httpd/doctor.h"
#include "httpd/own_key.h"
#include "httpd/secret_words.h"
#include "httpd/state_dir.h"

#define WANTED (APR_FINFO_PROT | APR_FINFO_OWNER | APR_FINFO_TYPE)

static const char *folder_of(apr_pool_t *pool, const char *path)
{
    return ap_make_dirstr_parent(pool, path);
}

/* Who may put another file in its place may choose the secret. */
static const char *explain_folder(apr_pool_t *pool, const char *path)
{
    apr_finfo_t info;

    if (apr_stat(&info, folder_of(pool, path), WANTED, pool) == APR_SUCCESS &&
        (info.protection & APR_FPROT_WWRITE) && !(info.protection & APR_FPROT_WSTICKY)) {
        return "lies in a folder that everybody may write to";
    }
    return NULL;
}

/* httpd's own group may read, for secrets that are rotated without a restart. */
static const char *explain_file(apr_pool_t *pool, const char *path)
{
    apr_finfo_t info;

    if (apr_stat(&info, path, WANTED, pool) != APR_SUCCESS) {
        return "cannot be examined";
    }
    if (info.protection & APR_FPROT_GWRITE) {
        return "may be written by its group";
    }
    if ((info.protection & APR_FPROT_GREAD) && info.group != ap_unixd_config.group_id) {
        return "may be read by a group that is not httpd's";
    }
    if (info.user != 0 && info.user != geteuid()) {
        return "belongs to somebody who does not start httpd";
    }
    return explain_folder(pool, path);
}

/* Whoever may read pages could read it. */
static int is_page(const server_rec *s, const char *path)
{
    const core_server_config *core = ap_get_core_module_config(s->module_config);
    const char *root = core->ap_document_root;

    return root && cog_text_begins(path, root) &&
           (path[strlen(root)] == '/' || root[strlen(root) - 1] == '/');
}

/* NULL: it is good. */
static const char *explain(const cog_host_patient_t *self,
                           const cog_secret_source_t *source)
{
    apr_pool_t *pool = self->pool;
    cog_secret_t secret = cog_secret_of(NULL);
    const char *problem;

    if (source->kind == COG_SOURCE_EXEC) {
        return NULL;
    }
    problem = cog_secret_source_read(pool, source, &secret);
    if (!problem && source->kind == COG_SOURCE_FILE) {
        problem = is_page(self->host->s, source->where)
                      ? "lies in DocumentRoot, with the pages of the site"
                      : explain_file(pool, source->where);
    }
    if (!problem && cog_entropy_bits(secret) < COG_ENTROPY_MIN_BITS) {
        problem = "is easy to guess: it repeats itself, or has few different characters";
    }
    return problem;
}

static void check_one(cog_report_t *report, const cog_host_patient_t *self,
                      const cog_secret_source_t *source)
{
    const char *problem = explain(self, source);
    const char *name = cog_secret_words_source(self->pool, source);

    cog_report_let(report, "file",
                   source->kind == COG_SOURCE_FILE ? source->where : "FILE");
    if (problem) {
        cog_report_say(report, COG_FOUND_FAILED, "%s %s", name, problem);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", name);
}

static void check_list(cog_report_t *report, const cog_host_patient_t *self,
                       const apr_array_header_t *sources)
{
    for (int i = 0; sources && i < sources->nelts; ++i) {
        check_one(report, self, &APR_ARRAY_IDX(sources, i, cog_secret_source_t));
    }
}

static int is_there(apr_pool_t *pool, const char *path)
{
    apr_finfo_t info;

    return apr_stat(&info, path, APR_FINFO_TYPE, pool) == APR_SUCCESS;
}

void cog_check_keys_kept(cog_report_t *report, void *patient)
{
    const cog_host_patient_t *self = patient;
    const cog_server_conf_t *written = self->host->written;
    const cog_secret_source_t own = {COG_SOURCE_FILE, cog_own_key_path(self->pool)};
    const apr_array_header_t *clients = self->host->site->clients;

    check_list(report, self, written->secrets);
    check_list(report, self, written->assertion_keys);
    check_list(report, self, written->revoke_key);
    if (!written->secrets && is_there(self->pool, own.where)) {
        check_one(report, self, &own);
    }
    else if (!written->secrets) {
        cog_report_say(report, COG_FOUND_OK, "%s is made at the first start", own.where);
    }
    for (int i = 0; i < clients->nelts; ++i) {
        const cog_client_conf_t *client =
            APR_ARRAY_IDX(clients, i, cog_site_client_t).client;

        for (int n = 0; n < client->secret_count; ++n) {
            check_one(report, self, &client->secret_sources[n]);
        }
    }
}

/* As the user who starts httpd, which is who should ask. */
void cog_check_state(cog_report_t *report, void *patient)
{
    const cog_host_patient_t *self = patient;
    const char *folder = folder_of(self->pool, cog_state_path(self->pool, "any"));

    cog_report_let(report, "folder", folder);
    if (access(folder, R_OK | W_OK | X_OK) != 0) {
        cog_report_say(report, COG_FOUND_FAILED, "%s: %pm", folder,
                       &(apr_status_t){errno});
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", folder);
}
