#include "httpd/start/store_file.h"

#include <apr_file_io.h>
#include <apr_mmap.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <fcntl.h>

#include "httpd/start/state_dir.h"
#include "net/shm/store_segment.h"

#define MODE     (APR_FOPEN_READ | APR_FOPEN_WRITE | APR_FOPEN_BINARY)
#define NEW_MODE (MODE | APR_FOPEN_CREATE | APR_FOPEN_EXCL)
#define ONCE     (APR_FLOCK_EXCLUSIVE | APR_FLOCK_NONBLOCK)

static const char *tell(apr_pool_t *pool, const char *what, apr_status_t rv)
{
    return apr_psprintf(pool, "cannot be %s: %pm", what, &rv);
}

static apr_status_t map(apr_pool_t *pool, apr_file_t *handle, cog_store_file_t *file)
{
    apr_mmap_t *mapped;
    apr_status_t rv =
        apr_mmap_create(&mapped, handle, 0, cog_store_segment_size(file->size),
                        APR_MMAP_READ | APR_MMAP_WRITE, pool);

    if (rv == APR_SUCCESS) {
        file->memory = mapped->mm;
    }
    return rv;
}

/* ---- a new one ---- */

static apr_status_t take_room(apr_file_t *handle, apr_size_t size)
{
    apr_os_file_t fd;
    apr_status_t rv = apr_os_file_get(&fd, handle);

    return rv == APR_SUCCESS ? posix_fallocate(fd, 0, (off_t)cog_store_segment_size(size))
                             : rv;
}

static apr_status_t fill(apr_pool_t *pool, apr_file_t *handle, cog_store_file_t *file)
{
    apr_status_t rv = take_room(handle, file->size);

    if (rv == APR_SUCCESS) {
        rv = apr_file_lock(handle, ONCE);
    }
    if (rv == APR_SUCCESS) {
        rv = map(pool, handle, file);
    }
    if (rv == APR_SUCCESS &&
        cog_store_segment_format(file->memory, file->size) != COG_OK) {
        rv = APR_ENOTIMPL;
    }
    return rv;
}

/* Complete before it has its name. The X are a template, for mkstemp(), which gives it
 * mode 0600. */
static const char *make(apr_pool_t *pool, cog_store_file_t *file)
{
    char *temporary = apr_pstrcat(pool, file->path, ".XXXXXX", NULL);
    apr_file_t *handle;
    apr_status_t rv = apr_file_mktemp(&handle, temporary, NEW_MODE, pool);

    if (rv != APR_SUCCESS) {
        return tell(pool, "made", rv);
    }
    rv = fill(pool, handle, file);
    if (rv == APR_SUCCESS) {
        rv = apr_file_rename(temporary, file->path, pool);
    }
    if (rv != APR_SUCCESS) {
        apr_file_remove(temporary, pool);
        return tell(pool, "made", rv);
    }
    file->is_new = 1;
    return NULL;
}

/* ---- one that is there ---- */

/* Nothing, or a store of whatever version. */
static int may_be_replaced(apr_file_t *handle, const apr_finfo_t *info)
{
    char sign[COG_STORE_SEGMENT_SIGN];

    return info->size == 0 ||
           (apr_file_read_full(handle, sign, sizeof(sign), NULL) == APR_SUCCESS &&
            cog_store_segment_is_one(sign));
}

static const char *recover(apr_pool_t *pool, apr_file_t *handle, const apr_finfo_t *info,
                           cog_store_file_t *file)
{
    apr_status_t rv;

    if (file->is_ours || info->size != (apr_off_t)cog_store_segment_size(file->size)) {
        return make(pool, file);
    }
    rv = map(pool, handle, file);
    if (rv != APR_SUCCESS) {
        return tell(pool, "mapped", rv);
    }
    return cog_store_segment_recover(file->memory, file->size, &file->emptied) == COG_OK
               ? NULL
               : make(pool, file);
}

static const char *reopen(apr_pool_t *pool, apr_file_t *handle, cog_store_file_t *file)
{
    apr_finfo_t info;
    apr_status_t rv = apr_file_info_get(&info, APR_FINFO_SIZE | COG_STATE_FINFO, handle);
    const char *problem;

    if (rv != APR_SUCCESS) {
        return tell(pool, "examined", rv);
    }
    problem = cog_state_file_problem(&info);
    if (problem) {
        return problem;
    }
    if (!may_be_replaced(handle, &info)) {
        return "is a file of somebody else";
    }
    if (!file->is_ours && apr_file_lock(handle, ONCE) != APR_SUCCESS) {
        return "is in use by another httpd";
    }
    return recover(pool, handle, &info, file);
}

const char *cog_store_file_open(apr_pool_t *pool, cog_store_file_t *file)
{
    apr_file_t *handle;
    /* NONBLOCK: do not wait for somebody to write into a pipe */
    apr_status_t rv = apr_file_open(&handle, file->path, MODE | APR_FOPEN_NONBLOCK,
                                    APR_FPROT_OS_DEFAULT, pool);

    if (APR_STATUS_IS_ENOENT(rv)) {
        return make(pool, file);
    }
    return rv == APR_SUCCESS ? reopen(pool, handle, file) : tell(pool, "opened", rv);
}
