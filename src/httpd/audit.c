#include "httpd/audit.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_log.h>
#include <jansson.h>

#include "base/json.h"
#include "base/log.h"
#include "base/rate_limit.h"
#include "base/text.h"
#include "httpd/conf/secret_words.h"
#include "httpd/log_httpd.h"

#define MODE   (APR_FOPEN_WRITE | APR_FOPEN_APPEND | APR_FOPEN_CREATE | APR_FOPEN_LARGEFILE)
#define RIGHTS (APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_GREAD)

/* A line must fit what a pipe takes in one piece. */
#define VALUE_LIMIT 255

#define WARN_EVERY apr_time_from_sec(60)

struct cog_audit_log_t {
    const char *name;
    apr_file_t *file;
    cog_rate_limit_t warn;
};

/* ---- opening ---- */

/* As httpd's own logs: |program, ||program, |$command for the shell. */
static const char *open_pipe(cog_start_t *start, const char *written, apr_file_t **file)
{
    int is_shell = written[1] == '$';
    const char *program = written + 1 + (is_shell || written[1] == '|');
    piped_log *pipe = ap_open_piped_log_ex(start->pool, program,
                                           is_shell ? APR_SHELLCMD_ENV : APR_PROGRAM_ENV);

    if (!pipe) {
        return apr_pstrcat(start->scratch, "CognitoAuditLog: the program '",
                           cog_secret_words_command(start->scratch, program),
                           "' cannot be started", NULL);
    }
    *file = ap_piped_log_write_fd(pipe);
    return NULL;
}

static const char *open_file(cog_start_t *start, const char *written, apr_file_t **file)
{
    const char *path = ap_server_root_relative(start->scratch, written);
    apr_status_t rv =
        path ? apr_file_open(file, path, MODE, RIGHTS, start->pool) : APR_EBADPATH;

    return rv == APR_SUCCESS ? NULL
                             : apr_psprintf(start->scratch,
                                            "CognitoAuditLog: '%s' cannot be opened: %pm",
                                            written, &rv);
}

const char *cog_start_audit_log(cog_start_t *start, const char *written,
                                cog_audit_log_t **log)
{
    const char *problem;

    if (!written || !*written || start->is_rehearsal) {
        return NULL;
    }
    *log = apr_hash_get(start->audit_logs, written, APR_HASH_KEY_STRING);
    if (*log) {
        return NULL;
    }
    *log = apr_pcalloc(start->pool, sizeof(**log));
    (*log)->name =
        *written == '|' ? cog_secret_words_command(start->pool, written) : written;
    problem = *written == '|' ? open_pipe(start, written, &(*log)->file)
                              : open_file(start, written, &(*log)->file);
    apr_hash_set(start->audit_logs, written, APR_HASH_KEY_STRING, *log);
    return problem;
}

/* ---- writing ---- */

/* What an entry has: its name in the line, and that of the note. */
static const struct {
    const char *member;
    const char *note;
    size_t offset;
} members[] = {
#define MEMBER(field, name, note)                                                        \
    {                                                                                    \
        (name), "COGNITO_" note, offsetof(cog_audit_t, field)                            \
    }
    MEMBER(event, "event", "EVENT"),
    MEMBER(cause, "cause", "CAUSE"),
    MEMBER(incident, "incident", "INCIDENT"),
    MEMBER(subject, "sub", "SUB"),
    MEMBER(client, "client", "CLIENT"),
    MEMBER(provider, "provider", "PROVIDER"),
    MEMBER(session, "session", "SESSION"),
    MEMBER(event_id, "event_id", "EVENT_ID"),
    MEMBER(origin_jti, "origin_jti", "ORIGIN_JTI"),
#undef MEMBER
};

#define MEMBERS (sizeof(members) / sizeof(*members))

/* Printable ASCII, whatever it is; NULL when absent. */
static const char *value_at(apr_pool_t *pool, const cog_audit_t *entry, size_t i)
{
    const char *const *value = (const void *)((const char *)entry + members[i].offset);

    return *value ? cog_text_for_log(pool, *value, VALUE_LIMIT) : NULL;
}

static void set_notes(const request_rec *r, const cog_audit_t *entry)
{
    for (size_t i = 0; i < MEMBERS; ++i) {
        const char *value = value_at(r->pool, entry, i);

        if (value) {
            apr_table_setn(r->notes, members[i].note, value);
        }
        else {
            apr_table_unset(r->notes, members[i].note);
        }
    }
}

static const char *time_text(apr_pool_t *pool, apr_time_t time)
{
    apr_time_exp_t at;

    apr_time_exp_gmt(&at, time);
    return apr_psprintf(pool, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", at.tm_year + 1900,
                        at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec,
                        at.tm_usec / 1000);
}

static const char *line_of(request_rec *r, const cog_audit_t *entry)
{
    json_t *line = cog_json_own(r->pool, json_object());

    json_object_set_new(line, "time", json_string(time_text(r->pool, apr_time_now())));
    json_object_set_new(line, "remote", json_string(r->useragent_ip));
    json_object_set_new(
        line, "host",
        json_string(cog_text_for_log(r->pool, r->server->server_hostname, VALUE_LIMIT)));
    for (size_t i = 0; i < MEMBERS; ++i) {
        const char *value = value_at(r->pool, entry, i);

        if (value) {
            json_object_set_new(line, members[i].member, json_string(value));
        }
    }
    return apr_pstrcat(r->pool, cog_json_write(r->pool, line), "\n", NULL);
}

/* In one piece: processes write to one file. */
static void write_line(request_rec *r, cog_audit_log_t *log, const char *line)
{
    apr_size_t len = strlen(line);
    apr_status_t rv = apr_file_write(log->file, line, &len);

    if (rv != APR_SUCCESS &&
        cog_rate_limit_allows(&log->warn, apr_time_now(), WARN_EVERY)) {
        COG_LOG(cog_log_of_request(r), ERROR, 4500,
                "CognitoAuditLog %s cannot be written to: %pm; entries are lost",
                log->name, &rv);
    }
}

static void write_entry(void *context, const cog_audit_t *entry)
{
    const cog_audit_user_t *user = context;

    set_notes(user->r, entry);
    if (user->log) {
        write_line(user->r, user->log, line_of(user->r, entry));
    }
}

void cog_audit_use(request_rec *root, cog_audit_log_t *log, cog_audit_user_t *user)
{
    user->port = (cog_auditor_t){user, write_entry, log != NULL};
    user->r = root;
    user->log = log;
}
