#include "base/secret_source.h"

#include <apr_file_io.h>
#include <apr_env.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <string.h>

#include "base/text.h"

#define MAX_LEN     65536
#define EXEC_LIMIT  apr_time_from_sec(10)
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
            source->kind = kinds[i].kind;
            source->where = apr_pstrdup(pool, where);
            return NULL;
        }
    }
    return "write file:/path, env:NAME or exec:/path/to/command";
}

/* Drop one line end; refuse what cannot be a secret. */
static const char *take(apr_pool_t *pool, char *bytes, apr_size_t len,
                        cog_secret_t *secret)
{
    cog_secret_wipe_with(pool, bytes, len);
    if (len >= MAX_LEN) {
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

static const char *check_file(apr_file_t *file)
{
    apr_finfo_t info;

    if (apr_file_info_get(&info, APR_FINFO_TYPE | APR_FINFO_PROT, file) != APR_SUCCESS) {
        return "cannot be examined";
    }
    if (info.filetype != APR_REG) {
        return "is not a regular file";
    }
    if (info.protection & OTHERS_MASK) {
        return "may be read or written by everybody: chmod o-rwx";
    }
    return NULL;
}

static const char *read_file(apr_pool_t *pool, const char *path, cog_secret_t *secret)
{
    char *bytes = apr_palloc(pool, MAX_LEN + 1);
    apr_size_t len = 0;
    const char *problem;
    apr_file_t *file;
    apr_status_t rv = apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_NONBLOCK,
                                    APR_FPROT_OS_DEFAULT, pool);

    if (rv != APR_SUCCESS) {
        return apr_psprintf(pool, "cannot be read: %pm", &rv);
    }
    problem = check_file(file);
    if (!problem) {
        rv = apr_file_read_full(file, bytes, MAX_LEN, &len);
        problem = rv == APR_SUCCESS || APR_STATUS_IS_EOF(rv)
                      ? take(pool, bytes, len, secret)
                      : "cannot be read";
    }
    apr_file_close(file);
    return problem;
}

static const char *read_env(apr_pool_t *pool, const char *name, cog_secret_t *secret)
{
    char *value;

    if (apr_env_get(&value, name, pool) != APR_SUCCESS) {
        return "is not set";
    }
    value = apr_pstrdup(pool, value);
    return take(pool, value, strlen(value), secret);
}

static apr_status_t start_command(apr_pool_t *pool, const char *command, apr_proc_t *proc)
{
    apr_procattr_t *attr;
    char **argv;
    apr_status_t rv = apr_tokenize_to_argv(command, &argv, pool);

    if (rv == APR_SUCCESS) {
        rv = apr_procattr_create(&attr, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_procattr_io_set(attr, APR_NO_PIPE, APR_FULL_BLOCK, APR_NO_PIPE);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_procattr_cmdtype_set(attr, APR_PROGRAM);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_proc_create(proc, argv[0], (const char *const *)argv, NULL, attr, pool);
    }
    return rv;
}

static const char *read_exec(apr_pool_t *pool, const char *command, cog_secret_t *secret)
{
    char *bytes = apr_palloc(pool, MAX_LEN + 1);
    apr_size_t len = 0;
    apr_exit_why_e why;
    apr_proc_t proc;
    int code;
    apr_status_t rv = start_command(pool, command, &proc);

    if (rv != APR_SUCCESS) {
        return apr_psprintf(pool, "cannot be run: %pm", &rv);
    }
    apr_file_pipe_timeout_set(proc.out, EXEC_LIMIT);
    rv = apr_file_read_full(proc.out, bytes, MAX_LEN, &len);
    if (!APR_STATUS_IS_EOF(rv)) {
        apr_proc_kill(&proc, 9);
    }
    apr_file_close(proc.out);
    apr_proc_wait(&proc, &code, &why, APR_WAIT);
    if (!APR_STATUS_IS_EOF(rv)) {
        return "did not end within 10 seconds and 64 kB";
    }
    if (!APR_PROC_CHECK_EXIT(why) || code != 0) {
        return apr_psprintf(pool, "ended with exit status %d", code);
    }
    return take(pool, bytes, len, secret);
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
