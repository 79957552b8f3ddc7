#include "httpd/store_value.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "httpd/store_url.h"
#include "net/memcache.h"
#include "net/store_shm.h"

#define MEGABYTE      (1024 * 1024)
#define MAX_DIGITS    12
#define MEMCACHE_PORT 11211
#define MAX_SIZE      ((apr_int64_t)65536 * MEGABYTE)

static apr_int64_t unit_bytes(const char *text)
{
    static const char *const units[] = {"", "K", "M", "G"};
    apr_int64_t bytes = 1;

    for (size_t i = 0; i < sizeof(units) / sizeof(*units); ++i) {
        if (strcasecmp(text, units[i]) == 0) {
            return bytes;
        }
        bytes *= 1024;
    }
    return 0;
}

/* 0 when it is no size. */
static apr_int64_t bytes_of(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    apr_int64_t number = 0;

    for (size_t i = 0; i < digits && i < MAX_DIGITS; ++i) {
        number = number * 10 + (text[i] - '0');
    }
    return digits > MAX_DIGITS ? 0 : number * unit_bytes(text + digits);
}

static const char *parse_shmcb(apr_pool_t *pool, const char *text,
                               cog_store_value_t *value)
{
    apr_int64_t size = bytes_of(text);

    if (size == 0) {
        return "has no size that is a number of bytes; write shmcb, or shmcb:64M";
    }
    if (size < (apr_int64_t)COG_STORE_SHM_MIN) {
        return "is too small: 1M is the least; write shmcb, or shmcb:64M";
    }
    if (size > MAX_SIZE) {
        return "is too large: 64G is the most; write shmcb, or shmcb:64M";
    }
    value->kind = COG_STORE_SHMCB;
    value->size = (apr_size_t)(size / MEGABYTE * MEGABYTE);
    value->name = apr_psprintf(pool, "shmcb:%" APR_INT64_T_FMT "M", size / MEGABYTE);
    return NULL;
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
    return (cog_store_value_t){
        .kind = COG_STORE_SHMCB, .name = "shmcb:32M", .size = COG_STORE_SHM_DEFAULT};
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

            /* one whose password has a source is known not to hold it */
            *may_show = !strchr(text, '@') || value->has_password;
            return problem;
        }
    }
    *may_show = !strchr(text, '@');
    return "is not a store; write shmcb, shmcb:64M, memcache:HOST, redis://HOST or "
           "rediss://HOST";
}
