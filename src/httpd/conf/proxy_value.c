#include "httpd/conf/proxy_value.h"

#include <apr_strings.h>
#include <string.h>

#include "base/url.h"
#include "httpd/conf/peer_login.h"
#include "httpd/conf/secret_words.h"

/* The length of `http://` or `https://`; 0 of anything else. */
static size_t scheme_len(const char *text)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); ++i) {
        size_t len = strlen(schemes[i]);

        if (strncasecmp(text, schemes[i], len) == 0) {
            return len;
        }
    }
    return 0;
}

static const char *parse_address(apr_pool_t *pool, const char *text, cog_proxy_t *proxy)
{
    cog_url_t url;

    if (cog_url_parse(pool, text, &url) != COG_OK || strcmp(url.path, "/") != 0 ||
        url.query) {
        return "is not the address of a proxy; write http://HOST:PORT, "
               "http://USER:file:/path@HOST:PORT, or none";
    }
    proxy->url = apr_psprintf(pool, "%s://%s:%d", url.scheme, url.host, url.port);
    proxy->name = proxy->url;
    return NULL;
}

/* http://USER:SOURCE@HOST:PORT. A source is no secret, but what a program is told may be.
 */
static const char *name_of(apr_pool_t *pool, const cog_proxy_t *proxy)
{
    size_t len = scheme_len(proxy->url);

    return apr_pstrcat(pool, apr_pstrmemdup(pool, proxy->url, len), proxy->user, ":",
                       cog_secret_words_source(pool, &proxy->source), "@",
                       proxy->url + len, NULL);
}

/* `at` is the @ behind the login. */
static const char *parse_with_login(apr_pool_t *pool, const char *text, const char *at,
                                    cog_proxy_t *proxy)
{
    size_t len = scheme_len(text);
    const char *scheme = len ? apr_pstrmemdup(pool, text, len) : "http://";
    cog_peer_login_t login = {.user = NULL};
    const char *problem = cog_peer_login_parse(
        pool, scheme, apr_pstrmemdup(pool, text + len, (size_t)(at - text) - len), 1,
        &login);

    proxy->user = login.user;
    proxy->has_password = login.has_password;
    proxy->source = login.password;
    if (!problem) {
        problem = parse_address(pool, apr_pstrcat(pool, len ? scheme : "", at + 1, NULL),
                                proxy);
    }
    if (!problem) {
        proxy->name = name_of(pool, proxy);
    }
    return problem;
}

const char *cog_proxy_value_parse(apr_pool_t *pool, const char *text, cog_proxy_t *proxy,
                                  int *may_show)
{
    const char *at = strrchr(text, '@');
    const char *problem = NULL;

    *proxy = (cog_proxy_t){.url = NULL};
    if (strcasecmp(text, "none") != 0) {
        problem = at ? parse_with_login(pool, text, at, proxy)
                     : parse_address(pool, text, proxy);
    }
    *may_show = !at || (proxy->has_password && proxy->source.kind != COG_SOURCE_EXEC);
    return problem;
}
