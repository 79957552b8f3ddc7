#include "base/secret_source.h"

#include <apr_file_io.h>
#include <apr_env.h>
#include <apr_strings.h>
#include <apr_signal.h>
#include <apr_thread_proc.h>
#include <apr_time.h>
#include <string.h>

#include "base/text.h"

#define MAX_LEN     65536
#define EXEC_LIMIT  apr_time_from_sec(10)
#define EXEC_STEP   apr_time_from_msec(10)
#define OTHERS_MASK (APR_FPROT_WREAD | APR_FPROT_WWRITE | APR_FPROT_WEXECUTE)

static const struct {
    const char *prefix;
    cog_source_kind_t kind;
} kinds[] = {
    {"file:", COG_SOURCE_FILE},
    {"env:",  COG_SOURCE_ENV },
    {"exec:", COG_SOURCE_EXEC},
};

const char *cog_secret_source_parse(apr_pool_t *pool, const char *text,
                                    cog_secret_source_t *source)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); ++i) {
        const char *where = text + strlen(kinds[i].prefix);

        if (cog_text_begins(text, kinds[i].prefix) && *where) {
            if (kinds[i].kind == COG_SOURCE_EXEC && *where != '/') {
                break;
            }
            source->kind = kinds[i].kind;
            source->where = apr_pstrdup(pool, where);
            return NULL;
        }
    }
    return "write file:/path, env:NAME or \"exec:/path/to/command ARGUMENT\"";
}

/* Room for a value of MAX_LEN bytes, one more that tells that it is longer, and a NUL. */
static char *make_room(apr_pool_t *pool)
{
    char *bytes = apr_palloc(pool, MAX_LEN + 2);

    cog_secret_wipe_with(pool, bytes, MAX_LEN + 2);
    return bytes;
}

/* Drop one line end; refuse what cannot be a secret. */
static const char *take(char *bytes, apr_size_t len, cog_secret_t *secret)
{
    if (len > MAX_LEN) {
        return "is larger than 64 kB";
    }
    if (len > 0 && bytes[len - 1] == '\n') {
        --len;
        len -= len > 0 && bytes[len - 1] == '\r';
    }
    bytes[len] = '\0';
    if (len == 0) {
        return "is empty";
    }
    if (strlen(bytes) != len) {
        return "holds a NUL byte";
    }
    *secret = (cog_secret_t){bytes, len};
    return NULL;
}

static const char *check_file(apr_pool_t *pool, apr_file_t *file, const char *path)
{
    apr_finfo_t info;

    if (apr_file_info_get(&info, APR_FINFO_TYPE | APR_FINFO_PROT, file) != APR_SUCCESS) {
        return "cannot be examined";
    }
    if (info.filetype != APR_REG) {
        return "is not a regular file";
    }
    if (info.protection & OTHERS_MASK) {
        return apr_pstrcat(pool, "may be read or written by everybody: chmod 600 ", path,
                           NULL);
    }
    return NULL;
}

static const char *read_file(apr_pool_t *pool, const char *path, cog_secret_t *secret)
{
    char *bytes = make_room(pool);
    apr_size_t len = 0;
    const char *problem;
    apr_file_t *file;
    /* NONBLOCK: do not wait for somebody to write into a pipe */
    apr_status_t rv = apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_NONBLOCK,
                                    APR_FPROT_OS_DEFAULT, pool);

    if (rv != APR_SUCCESS) {
        return apr_psprintf(pool, "cannot be read: %pm", &rv);
    }
    problem = check_file(pool, file, path);
    if (!problem) {
        rv = apr_file_read_full(file, bytes, MAX_LEN + 1, &len);
        problem = rv == APR_SUCCESS || APR_STATUS_IS_EOF(rv) ? take(bytes, len, secret)
                                                             : "cannot be read";
    }
    apr_file_close(file);
    return problem;
}

static const char *read_env(apr_pool_t *pool, const char *name, cog_secret_t *secret)
{
    char *bytes = make_room(pool);
    char *value;

    if (apr_env_get(&value, name, pool) != APR_SUCCESS) {
        return "is not set";
    }
    apr_cpystrn(bytes, value, MAX_LEN + 2);
    return take(bytes, strlen(bytes), secret);
}

/* Its output comes to us, its errors go where ours go, and there is nothing to read. */
static apr_status_t prepare_command(apr_pool_t *pool, apr_procattr_t **attr)
{
    apr_file_t *nothing;
    apr_status_t rv =
        apr_file_open(&nothing, "/dev/null", APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);

    if (rv == APR_SUCCESS) {
        rv = apr_procattr_create(attr, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_procattr_io_set(*attr, APR_NO_PIPE, APR_FULL_BLOCK, APR_NO_PIPE);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_procattr_child_in_set(*attr, nothing, NULL);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_procattr_cmdtype_set(*attr, APR_PROGRAM_ENV);
    }
    return rv == APR_SUCCESS ? apr_procattr_error_check_set(*attr, 1) : rv;
}

static apr_status_t start_command(apr_pool_t *pool, const char *command, apr_proc_t *proc)
{
    apr_procattr_t *attr;
    char **argv;
    apr_status_t rv = apr_tokenize_to_argv(command, &argv, pool);

    if (rv == APR_SUCCESS) {
        rv = prepare_command(pool, &attr);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_proc_create(proc, argv[0], (const char *const *)argv, NULL, attr, pool);
    }
    return rv;
}

/* Read until the command closes its output; APR_EOF then. */
static apr_status_t read_output(apr_file_t *out, apr_time_t deadline, char *bytes,
                                apr_size_t *len)
{
    apr_status_t rv = APR_SUCCESS;

    while (rv == APR_SUCCESS) {
        apr_interval_time_t left = deadline - apr_time_now();
        apr_size_t room = MAX_LEN + 1 - *len;

        if (left <= 0 || room == 0) {
            return APR_TIMEUP;
        }
        apr_file_pipe_timeout_set(out, left);
        rv = apr_file_read(out, bytes + *len, &room);
        *len += room;
    }
    return rv;
}

static const char *stop_command(apr_proc_t *proc)
{
    apr_exit_why_e why;
    int code;

    apr_proc_kill(proc, SIGKILL);
    apr_proc_wait(proc, &code, &why, APR_WAIT);
    return "gave more than 64 kB, or took longer than 10 seconds";
}

/* Wait for the end, or make it one. */
static const char *end_command(apr_pool_t *pool, apr_proc_t *proc, apr_time_t deadline)
{
    apr_exit_why_e why = APR_PROC_EXIT;
    int code = 0;
    apr_status_t rv = apr_proc_wait(proc, &code, &why, APR_NOWAIT);

    while (APR_STATUS_IS_CHILD_NOTDONE(rv) && apr_time_now() < deadline) {
        apr_sleep(EXEC_STEP);
        rv = apr_proc_wait(proc, &code, &why, APR_NOWAIT);
    }
    if (APR_STATUS_IS_CHILD_NOTDONE(rv)) {
        return stop_command(proc);
    }
    if (!APR_STATUS_IS_CHILD_DONE(rv)) {
        return "was lost track of";
    }
    if (!APR_PROC_CHECK_EXIT(why)) {
        return apr_psprintf(pool, "was ended by signal %d", code);
    }
    return code == 0 ? NULL : apr_psprintf(pool, "ended with exit status %d", code);
}

static const char *read_exec(apr_pool_t *pool, const char *command, cog_secret_t *secret)
{
    apr_time_t deadline = apr_time_now() + EXEC_LIMIT;
    char *bytes = make_room(pool);
    apr_size_t len = 0;
    const char *problem;
    apr_proc_t proc;
    apr_status_t rv = start_command(pool, command, &proc);

    if (rv != APR_SUCCESS) {
        return apr_psprintf(pool, "cannot be run: %pm", &rv);
    }
    rv = read_output(proc.out, deadline, bytes, &len);
    problem =
        APR_STATUS_IS_EOF(rv) ? end_command(pool, &proc, deadline) : stop_command(&proc);
    apr_file_close(proc.out);
    return problem ? problem : take(bytes, len, secret);
}

const char *cog_secret_source_read(apr_pool_t *pool, const cog_secret_source_t *source,
                                   cog_secret_t *secret)
{
    switch (source->kind) {
    case COG_SOURCE_FILE:
        return read_file(pool, source->where, secret);
    case COG_SOURCE_ENV:
        return read_env(pool, source->where, secret);
    case COG_SOURCE_EXEC:
        return read_exec(pool, source->where, secret);
    }
    return "is of an unknown kind";
}

cog_secret_t cog_secret_source_now(apr_pool_t *pool, const cog_secret_source_t *source,
                                   cog_secret_t at_start)
{
    cog_secret_t secret;

    return source->kind == COG_SOURCE_FILE &&
                   cog_secret_source_read(pool, source, &secret) == NULL
               ? secret
               : at_start;
}
