/* Keys and secrets: who may read them, and are they hard to guess? */
#include <apr_file_info.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <unistd.h>

#include <string.h>

#include <httpd.h>
#include <http_core.h>
#include <unixd.h>

#include "base/text.h"
#include "doctor/entropy.h"
#include "httpd/conf/secret_words.h"
#include "httpd/doctor/doctor.h"
#include "httpd/start/own_key.h"
#include "httpd/start/state_dir.h"

#define WANTED (APR_FINFO_PROT | APR_FINFO_OWNER | APR_FINFO_TYPE)

static const char *folder_of(apr_pool_t *pool, const char *path)
{
    return ap_make_dirstr_parent(pool, path);
}

/* What is wrong with a secret, and the commands that mend it. */
typedef struct {
    const char *problem; /* NULL: it is good */
    const char *cure;
} complaint_t;

static complaint_t complain(const char *problem, const char *cure)
{
    return (complaint_t){problem, cure};
}

static complaint_t complain_of_rights(apr_pool_t *pool, const char *problem,
                                      const char *path)
{
    return complain(problem,
                    apr_pstrcat(pool, "chown root: ", path, "; chmod 600 ", path, NULL));
}

/* Who may put another file in its place may choose the secret. */
static complaint_t examine_folder(apr_pool_t *pool, const char *path)
{
    const char *folder = folder_of(pool, path);
    apr_finfo_t info;

    if (apr_stat(&info, folder, WANTED, pool) == APR_SUCCESS &&
        (info.protection & APR_FPROT_WWRITE) && !(info.protection & APR_FPROT_WSTICKY)) {
        return complain("lies in a folder that everybody may write to",
                        apr_pstrcat(pool, "chmod o-w ", folder, NULL));
    }
    return complain(NULL, NULL);
}

/* httpd's own group may read, for secrets that are rotated without a restart. */
static complaint_t examine_file(apr_pool_t *pool, const char *path)
{
    const char *problem = NULL;
    apr_finfo_t info;

    if (apr_stat(&info, path, WANTED, pool) != APR_SUCCESS) {
        problem = "cannot be examined";
    }
    else if (info.protection & APR_FPROT_GWRITE) {
        problem = "may be written by its group";
    }
    else if ((info.protection & APR_FPROT_GREAD) &&
             info.group != ap_unixd_config.group_id) {
        problem = "may be read by a group that is not httpd's";
    }
    else if (info.user != 0 && info.user != geteuid()) {
        problem = "belongs to somebody who does not start httpd";
    }
    return problem ? complain_of_rights(pool, problem, path) : examine_folder(pool, path);
}

/* Whoever may read pages could read it. */
static int is_page(const server_rec *s, const char *path)
{
    const core_server_config *core = ap_get_core_module_config(s->module_config);
    const char *root = core->ap_document_root;

    return root && cog_text_begins(path, root) &&
           (path[strlen(root)] == '/' || root[strlen(root) - 1] == '/');
}

static complaint_t complain_of_place(apr_pool_t *pool, const char *path)
{
    return complain("lies in DocumentRoot, with the pages of the site",
                    apr_pstrcat(pool, "install -d -m 755 /etc/cognito; mv ", path,
                                " /etc/cognito/\n# and write file:/etc/cognito/",
                                apr_filepath_name_get(path),
                                " in its place; who has read it as a page knows it",
                                NULL));
}

static complaint_t complain_of_value(apr_pool_t *pool, const char *where)
{
    return complain(
        "is easy to guess: it repeats itself, or has few different characters",
        apr_pstrcat(pool, "(umask 077; openssl rand -base64 48 > ", where,
                    ")\n# makes a new key; a client secret is the app "
                    "client's",
                    NULL));
}

/* `is_ours`: it is for us to make one that is hard to guess. */
static complaint_t examine(const cog_host_probe_t *self,
                           const cog_secret_source_t *source, int is_ours)
{
    apr_pool_t *pool = self->pool;
    int is_file = source->kind == COG_SOURCE_FILE;
    const char *where = is_file ? source->where : "FILE";
    cog_secret_t secret = cog_secret_of(NULL);
    complaint_t complaint = {NULL, NULL};

    if (source->kind == COG_SOURCE_EXEC) {
        return complaint;
    }
    complaint.problem = cog_secret_source_read(pool, source, &secret);
    if (complaint.problem) {
        return is_file ? complain_of_rights(pool, complaint.problem, where)
                       : complain(complaint.problem,
                                  "# set it in the environment of who starts httpd");
    }
    if (is_file) {
        complaint = is_page(self->host->s, where) ? complain_of_place(pool, where)
                                                  : examine_file(pool, where);
    }
    if (!complaint.problem && is_ours &&
        cog_entropy_bits(secret) < COG_ENTROPY_MIN_BITS) {
        complaint = complain_of_value(pool, where);
    }
    return complaint;
}

static void say(cog_report_t *report, const cog_host_probe_t *self,
                const cog_secret_source_t *source, complaint_t complaint)
{
    const char *name = cog_secret_words_source(self->pool, source);

    if (complaint.problem) {
        cog_report_let(report, "cure", complaint.cure);
        cog_report_say(report, COG_FOUND_FAILED, "%s %s", name, complaint.problem);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", name);
}

static void check_one(cog_report_t *report, const cog_host_probe_t *self,
                      const cog_secret_source_t *source)
{
    say(report, self, source, examine(self, source, 1));
}

/* What others have chosen, or what is long by itself. */
static void check_password(cog_report_t *report, const cog_host_probe_t *self,
                           const cog_secret_source_t *source)
{
    say(report, self, source, examine(self, source, 0));
}

static void check_list(cog_report_t *report, const cog_host_probe_t *self,
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

void cog_check_keys_kept(cog_report_t *report, void *context)
{
    const cog_host_probe_t *self = context;
    const cog_server_conf_t *written = self->host->written;
    const cog_secret_source_t own = {COG_SOURCE_FILE, cog_own_key_path(self->pool)};
    const apr_array_header_t *clients = self->host->site->clients;
    const cog_proxy_t *proxy = self->host->site->calls.proxy;
    const cog_store_value_t *store = &self->host->site->store_value;

    check_list(report, self, written->secrets);
    check_list(report, self, written->assertion_keys);
    check_list(report, self, written->revoke_key);
    if (proxy && proxy->has_password) {
        check_password(report, self, &proxy->source);
    }
    if (store->login.has_password) {
        check_password(report, self, &store->login.password);
    }
    if (store->has_certificate) {
        check_password(report, self, &store->certificate);
    }
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
void cog_check_state(cog_report_t *report, void *context)
{
    const cog_host_probe_t *self = context;
    const char *folder = folder_of(self->pool, cog_state_path(self->pool, "any"));

    cog_report_let(report, "folder", folder);
    if (access(folder, R_OK | W_OK | X_OK) != 0) {
        cog_report_say(report, COG_FOUND_FAILED, "%s: %pm", folder,
                       &(apr_status_t){errno});
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", folder);
}
