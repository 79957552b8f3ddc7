#include "httpd/start/own_key.h"

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include "base/secret_source.h"
#include "crypto/keyring.h"
#include "crypto/random.h"
#include "httpd/start/state_dir.h"

#define FILE_NAME "auth_cognito.key"
#define MODE      (APR_FOPEN_CREATE | APR_FOPEN_WRITE | APR_FOPEN_EXCL)

const char *cog_own_key_path(apr_pool_t *pool)
{
    return cog_state_path(pool, FILE_NAME);
}

/* Complete and on disk before it has its name; mkstemp() gives it mode 0600. */
static apr_status_t write_new(apr_pool_t *pool, const char *text, char *path)
{
    apr_file_t *file;
    apr_status_t rv = apr_file_mktemp(&file, path, MODE, pool);
    apr_status_t closed;

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = apr_file_write_full(file, text, strlen(text), NULL);
    if (rv == APR_SUCCESS) {
        rv = apr_file_sync(file);
    }
    closed = apr_file_close(file);
    return rv == APR_SUCCESS ? closed : rv;
}

/* Another httpd that starts at the same time may be first: its key is as good. */
static apr_status_t name_new(apr_pool_t *pool, const char *from, const char *to)
{
    apr_status_t rv = apr_file_link(from, to);

    apr_file_remove(from, pool);
    return APR_STATUS_IS_EEXIST(rv) ? APR_SUCCESS : rv;
}

/* The X are a template, for apr_file_mktemp(). */
static const char *make(apr_pool_t *pool, const char *path)
{
    char *temporary = apr_pstrcat(pool, path, ".XXXXXX", NULL);
    const char *text;
    apr_status_t rv;

    if (cog_random_text(pool, cog_random_system(), COG_SECRET_MIN_LEN, &text) != COG_OK) {
        return "the system gave no random bytes for the key that seals cookies";
    }
    rv = write_new(pool, apr_pstrcat(pool, text, "\n", NULL), temporary);
    if (rv == APR_SUCCESS) {
        rv = name_new(pool, temporary, path);
    }
    if (rv == APR_SUCCESS) {
        return NULL;
    }
    return apr_psprintf(pool,
                        "the key that seals cookies cannot be made in %s: %pm; make its "
                        "folder writable for the user who starts httpd, or write "
                        "CognitoSecret file:PATH",
                        path, &rv);
}

/* Whoever has made the key could make sessions. */
static const char *check_owner(apr_pool_t *pool, const char *path)
{
    apr_finfo_t info;
    apr_status_t rv = apr_stat(&info, path, COG_STATE_FINFO, pool);

    return rv == APR_SUCCESS ? cog_state_file_problem(&info)
                             : apr_psprintf(pool, "cannot be examined: %pm", &rv);
}

static const char *read_it(apr_pool_t *pool, const char *path, cog_secret_t *secret)
{
    const cog_secret_source_t source = {COG_SOURCE_FILE, path};
    const char *problem = cog_secret_source_read(pool, &source, secret);

    if (!problem) {
        problem = check_owner(pool, path);
    }
    if (!problem && secret->len < COG_SECRET_MIN_LEN) {
        problem = "is shorter than 32 bytes";
    }
    if (problem) {
        return apr_psprintf(
            pool,
            "the key that seals cookies, %s, %s; repair it, or remove it, "
            "which ends all sessions, or write CognitoSecret",
            path, problem);
    }
    return NULL;
}

const char *cog_own_key_load(apr_pool_t *pool, int may_make, cog_secret_t *secret)
{
    const char *path = cog_own_key_path(pool);
    apr_finfo_t info;

    *secret = cog_secret_of(NULL);
    if (APR_STATUS_IS_ENOENT(
            apr_stat(&info, path, APR_FINFO_TYPE | APR_FINFO_LINK, pool))) {
        const char *problem = may_make ? make(pool, path) : NULL;

        if (problem || !may_make) {
            return problem;
        }
    }
    return read_it(pool, path, secret);
}
