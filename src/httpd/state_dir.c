#include "httpd/state_dir.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <string.h>

#include <httpd.h>
#include <http_config.h>
#include <http_core.h>
#include <http_main.h>

#include "version.h"

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
