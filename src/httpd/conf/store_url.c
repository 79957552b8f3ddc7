#include "httpd/conf/store_url.h"

#include <apr_strings.h>
#include <string.h>
#include <httpd.h>
#include <http_config.h>

#include "base/number.h"

#define REDIS_PORT   6379
#define MAX_DATABASE 5 /* digits */

static const char *advise(apr_pool_t *pool, const char *what, const char *scheme,
                          const char *right)
{
    return apr_pstrcat(pool, what, "; write ", scheme, right, NULL);
}

static const char *parse_database(const char *text, cog_store_value_t *value)
{
    int64_t number;
    size_t digits = cog_number_read(text, MAX_DATABASE, &number);

    if (digits == 0 || text[digits]) {
        return "has a database that is no number";
    }
    value->database = (int)number;
    return NULL;
}

static const char *parse_host(apr_pool_t *pool, const char *text,
                              cog_store_value_t *value)
{
    value->hosts = apr_array_make(pool, 1, sizeof(cog_store_host_t));
    return cog_store_host_parse(pool, text, REDIS_PORT, apr_array_push(value->hosts));
}

static const char *parse_place(apr_pool_t *pool, const char *text,
                               cog_store_value_t *value)
{
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    const char *problem = parse_host(pool, apr_pstrmemdup(pool, text, len), value);

    return problem || !slash ? problem : parse_database(slash + 1, value);
}

/* As it may be shown: a source is no secret. */
static const char *name_of(apr_pool_t *pool, const char *scheme, const char *login,
                           const cog_store_value_t *value)
{
    const cog_store_host_t *host = &APR_ARRAY_IDX(value->hosts, 0, cog_store_host_t);

    return apr_psprintf(pool, "%s%s%s%s/%d", scheme, login, *login ? "@" : "",
                        cog_store_host_name(pool, host), value->database);
}

const char *cog_store_url_parse(apr_pool_t *pool, const char *scheme, const char *text,
                                cog_store_value_t *value)
{
    const char *at = strrchr(text, '@');
    const char *login = at ? apr_pstrmemdup(pool, text, (apr_size_t)(at - text)) : "";
    const char *problem =
        at ? cog_peer_login_parse(pool, scheme, login, 0, &value->login) : NULL;

    if (problem) {
        return problem;
    }
    problem = parse_place(pool, at ? at + 1 : text, value);
    if (problem) {
        return advise(pool, problem, scheme, "HOST, HOST:6379 or HOST:6379/0");
    }
    value->kind = COG_STORE_REDIS;
    value->name = name_of(pool, scheme, login, value);
    return NULL;
}
