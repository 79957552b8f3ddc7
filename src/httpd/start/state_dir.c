#include "httpd/start/state_dir.h"

#include <apr_strings.h>
#include <string.h>
#include <unistd.h>

#include <httpd.h>
#include <http_config.h>
#include <http_core.h>
#include <http_main.h>

#include "version.h"

#define OTHERS_WRITE (APR_FPROT_GWRITE | APR_FPROT_WWRITE)

static int is_directory(apr_pool_t *pool, const char *path)
{
    apr_finfo_t info;

    return apr_stat(&info, path, APR_FINFO_TYPE, pool) == APR_SUCCESS &&
           info.filetype == APR_DIR;
}

const char *cog_state_path(apr_pool_t *pool, const char *name)
{
    if (strcmp(ap_server_root, HTTPD_ROOT) == 0 && is_directory(pool, COG_STATE_DIR)) {
        return apr_pstrcat(pool, COG_STATE_DIR "/", name, NULL);
    }
    return ap_runtime_dir_relative(pool, name);
}

const char *cog_state_file_problem(const apr_finfo_t *info)
{
    if (info->filetype != APR_REG) {
        return "is not a regular file";
    }
    if (info->user != 0 && info->user != geteuid()) {
        return "belongs to another user";
    }
    return info->protection & OTHERS_WRITE ? "may be written by others: chmod go-w"
                                           : NULL;
}
