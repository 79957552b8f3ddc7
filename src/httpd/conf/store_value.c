#include "httpd/conf/store_value.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <string.h>
#include <httpd.h>
#include <http_config.h>

#include "base/text.h"
#include "httpd/conf/secret_words.h"
#include "httpd/conf/store_url.h"
#include "httpd/conf/values.h"
#include "net/memcache/memcache.h"
#include "net/shm/store_shm.h"

#define MEGABYTE      (1024 * 1024)
#define MEMCACHE_PORT 11211
#define MAX_SIZE      ((apr_int64_t)65536 * MEGABYTE)

/* `size` is in whole megabytes. */
static const char *parse_size(const char *text, apr_size_t *size)
{
    apr_int64_t bytes = cog_value_bytes(text);

    if (bytes == 0) {
        return "has no size that is a number of bytes";
    }
    if (bytes < (apr_int64_t)COG_STORE_SHM_MIN) {
        return "is too small: 1M is the least";
    }
    if (bytes > MAX_SIZE) {
        return "is too large: 64G is the most";
    }
    *size = (apr_size_t)(bytes / MEGABYTE * MEGABYTE);
    return NULL;
}

static const char *name_of(apr_pool_t *pool, const cog_store_value_t *value)
{
    return apr_psprintf(pool, "%s:%" APR_SIZE_T_FMT "M", value->form,
                        value->size / MEGABYTE);
}

static const char *parse_shmcb(apr_pool_t *pool, const char *text,
                               cog_store_value_t *value)
{
    const char *problem = parse_size(text, &value->size);

    value->name = name_of(pool, value);
    return problem ? apr_pstrcat(pool, problem, "; write shmcb, or shmcb:64M", NULL)
                   : NULL;
}

static int is_in_a_folder(apr_pool_t *pool, const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    apr_finfo_t info;

    return slash && slash[1] &&
           apr_stat(&info, apr_pstrmemdup(pool, path, (apr_size_t)(slash + 1 - path)),
                    APR_FINFO_TYPE, pool) == APR_SUCCESS &&
           info.filetype == APR_DIR;
}

/* PATH, or PATH:SIZE */
static const char *parse_dbm(apr_pool_t *pool, const char *text, cog_store_value_t *value)
{
    const char *right = "; write dbm:/path/to/file, or dbm:/path/to/file:64M";
    const char *colon = strrchr(text, ':');
    int has_size = colon && cog_value_bytes(colon + 1) > 0;
    const char *problem = has_size ? parse_size(colon + 1, &value->size) : NULL;

    value->kind = COG_STORE_DBM;
    value->path =
        has_size ? apr_pstrmemdup(pool, text, (apr_size_t)(colon - text)) : text;
    value->path = ap_server_root_relative(pool, value->path);
    if (!problem && !is_in_a_folder(pool, value->path)) {
        problem = "is no file in a folder that exists";
    }
    value->form = apr_pstrcat(pool, "dbm:", value->path, NULL);
    value->name = name_of(pool, value);
    return problem ? apr_pstrcat(pool, problem, right, NULL) : NULL;
}

/* host[:port],host[:port]… */
static const char *parse_memcache(apr_pool_t *pool, const char *text,
                                  cog_store_value_t *value)
{
    const char *const right = "; write memcache:HOST, or memcache:HOST:11211,HOST:11211";
    char *rest = apr_pstrdup(pool, text);
    const char *problem = NULL;

    value->kind = COG_STORE_MEMCACHE;
    value->hosts = apr_array_make(pool, 4, sizeof(cog_store_host_t));
    value->name = "memcache:";
    while (rest && !problem) {
        char *one = rest;
        cog_store_host_t *host = apr_array_push(value->hosts);

        rest = strchr(one, ',');
        if (rest) {
            *rest++ = '\0';
        }
        problem = cog_store_host_parse(pool, one, MEMCACHE_PORT, host);
        if (!problem) {
            value->name = apr_pstrcat(pool, value->name, cog_store_host_name(pool, host),
                                      rest ? "," : "", NULL);
        }
    }
    if (value->hosts->nelts > COG_MEMCACHE_MAX_SERVERS) {
        problem = "names more than 32 servers";
    }
    return problem ? apr_pstrcat(pool, problem, right, NULL) : NULL;
}

cog_store_value_t cog_store_value_default(void)
{
    return (cog_store_value_t){.kind = COG_STORE_SHMCB,
                               .name = "shmcb:32M",
                               .form = "shmcb",
                               .size = COG_STORE_SHM_DEFAULT};
}

static const char *parse_plain_redis(apr_pool_t *pool, const char *text,
                                     cog_store_value_t *value)
{
    return cog_store_url_parse(pool, "redis://", text, value);
}

static const char *parse_redis_over_tls(apr_pool_t *pool, const char *text,
                                        cog_store_value_t *value)
{
    value->has_tls = 1;
    return cog_store_url_parse(pool, "rediss://", text, value);
}

static const struct {
    const char *prefix;
    const char *(*parse)(apr_pool_t *pool, const char *text, cog_store_value_t *value);
} kinds[] = {
    {"shmcb:",    parse_shmcb         },
    {"dbm:",      parse_dbm           },
    {"memcache:", parse_memcache      },
    {"redis://",  parse_plain_redis   },
    {"rediss://", parse_redis_over_tls},
};

const char *cog_store_value_parse(apr_pool_t *pool, const char *text,
                                  cog_store_value_t *value, int *may_show)
{
    *may_show = 1;
    *value = cog_store_value_default();
    if (strcasecmp(text, "shmcb") == 0) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); ++i) {
        size_t len = strlen(kinds[i].prefix);

        if (strncasecmp(text, kinds[i].prefix, len) == 0) {
            const char *problem = kinds[i].parse(pool, text + len, value);

            /* a source is no secret, but what a program is told may be */
            *may_show =
                !strchr(text, '@') || (value->login.has_password &&
                                       value->login.password.kind != COG_SOURCE_EXEC);
            return problem;
        }
    }
    *may_show = !strchr(text, '@');
    return "is not a store; write shmcb, shmcb:64M, dbm:PATH, memcache:HOST, "
           "redis://HOST or "
           "rediss://HOST";
}

const char *cog_store_value_shown(apr_pool_t *pool, const cog_store_value_t *value)
{
    return value->login.has_password
               ? cog_secret_words_hide(pool, value->name, &value->login.password)
               : value->name;
}

int cog_store_value_is_shared(const cog_store_value_t *value)
{
    return value->kind != COG_STORE_SHMCB;
}
