#include "httpd/start/revocation_file.h"

#include <apr_file_io.h>
#include <apr_mmap.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <fcntl.h>
#include <unistd.h>

#include <httpd.h>
#include <http_core.h>

#include "httpd/start/state_dir.h"

#define FILE_NAME "auth_cognito.ended" /* of another format: another name */
#define MODE      (APR_FOPEN_READ | APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_BINARY)
#define RIGHTS    (APR_FPROT_UREAD | APR_FPROT_UWRITE)

/* It only ever grows: processes that have mapped it would not survive the opposite. Nor
 * would they survive a full disk, were there no room for what they write. */
static apr_status_t make_room(apr_file_t *file)
{
    apr_finfo_t info;
    apr_os_file_t fd;
    apr_status_t rv = apr_file_info_get(&info, APR_FINFO_SIZE, file);

    if (rv != APR_SUCCESS || info.size >= (apr_off_t)COG_REVOCATION_TABLE_SIZE) {
        return rv;
    }
    rv = apr_os_file_get(&fd, file);
    return rv == APR_SUCCESS ? posix_fallocate(fd, 0, COG_REVOCATION_TABLE_SIZE) : rv;
}

/* For a problem that the folder has. */
static const char *tell(apr_pool_t *pool, apr_status_t rv)
{
    return apr_psprintf(pool,
                        "cannot be used: %pm; its folder must exist, and be writable for "
                        "the user who starts httpd",
                        &rv);
}

static const char *check(apr_pool_t *pool, apr_file_t *file)
{
    apr_finfo_t info;
    apr_status_t rv = apr_file_info_get(&info, COG_STATE_FINFO, file);

    return rv == APR_SUCCESS ? cog_state_file_problem(&info) : tell(pool, rv);
}

static apr_status_t map(apr_pool_t *conf_pool, apr_file_t *file, void **memory)
{
    apr_mmap_t *mapped;
    apr_status_t rv = make_room(file);

    if (rv == APR_SUCCESS) {
        rv = apr_mmap_create(&mapped, file, 0, COG_REVOCATION_TABLE_SIZE,
                             APR_MMAP_READ | APR_MMAP_WRITE, conf_pool);
    }
    if (rv == APR_SUCCESS) {
        *memory = mapped->mm;
    }
    return rv;
}

static const char *use(apr_pool_t *conf_pool, apr_file_t *file, void **memory)
{
    const char *problem = check(conf_pool, file);
    apr_status_t rv = problem ? APR_SUCCESS : map(conf_pool, file, memory);

    return rv == APR_SUCCESS ? problem : tell(conf_pool, rv);
}

/* Returns NULL, or the rest of a sentence, as the functions around it do. */
static const char *open_and_map(apr_pool_t *conf_pool, const char *path, void **memory)
{
    apr_file_t *file;
    apr_status_t rv = apr_file_open(&file, path, MODE, RIGHTS, conf_pool);
    const char *problem;

    if (rv != APR_SUCCESS) {
        return tell(conf_pool, rv);
    }
    problem = use(conf_pool, file, memory);
    apr_file_close(file);
    return problem;
}

/* Whatever would be wrong, without a change: before the file is made, its folder. */
static const char *try_out(apr_pool_t *scratch, const char *path)
{
    apr_file_t *file;
    apr_status_t rv = apr_file_open(&file, path, MODE & ~APR_FOPEN_CREATE, 0, scratch);
    const char *problem;

    if (rv == APR_SUCCESS) {
        problem = check(scratch, file);
        apr_file_close(file);
        return problem;
    }
    if (APR_STATUS_IS_ENOENT(rv) &&
        access(ap_make_dirstr_parent(scratch, path), W_OK | X_OK) == 0) {
        return NULL;
    }
    return tell(scratch, rv);
}

static const char *about(cog_start_t *start, const char *path, const char *problem)
{
    return problem ? apr_psprintf(start->scratch,
                                  "the list of sessions that have ended, %s, %s", path,
                                  problem)
                   : NULL;
}

static const char *open_file(cog_start_t *start)
{
    const char *path = cog_state_path(start->scratch, FILE_NAME);
    void *memory = NULL;
    const char *problem = open_and_map(start->pool, path, &memory);

    if (!problem) {
        start->revocations = cog_revocation_table_make(start->pool, memory, 0);
    }
    return about(start, path, problem);
}

static const char *rehearse(cog_start_t *start)
{
    const char *path = cog_state_path(start->scratch, FILE_NAME);

    return about(start, path, try_out(start->scratch, path));
}

/* What is missing for the test of a configuration may be there for the start. */
static int is_going_to_start(void)
{
    return ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_NORMAL;
}

const char *cog_start_revocations(cog_start_t *start, int64_t life_sec,
                                  cog_revocation_table_t **revocations)
{
    const char *problem = NULL;

    if (start->is_rehearsal) {
        return is_going_to_start() ? rehearse(start) : NULL;
    }
    if (!start->revocations) {
        problem = open_file(start);
    }
    if (!problem) {
        cog_revocation_table_keep_for(start->revocations, life_sec);
        *revocations = start->revocations;
    }
    return problem;
}
