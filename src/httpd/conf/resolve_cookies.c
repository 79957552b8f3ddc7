/* Names and attributes of a virtual host's cookies (RFC 6265bis, 4.1.3 for prefixes). */
#include <apr_strings.h>
#include <string.h>

#include "base/url.h"
#include "httpd/conf/resolve.h"

#define DEFAULT_NAME     "cognito"
#define DEFAULT_SAMESITE "Lax"

static const char *first_origin(const cog_resolve_t *host)
{
    return APR_ARRAY_IDX(host->conf->origins, 0, const char *);
}

static int is_secure(const cog_resolve_t *host)
{
    return strncmp(first_origin(host), "https:", 6) == 0;
}

/* NULL when the cookie belongs to the host alone. */
static const char *domain_of(const cog_resolve_t *host)
{
    const char *domain = host->written->cookie_domain;

    return domain && *domain ? domain : NULL;
}

static const char *path_of(const cog_resolve_t *host)
{
    return host->written->cookie_path ? host->written->cookie_path : "/";
}

static int is_in_domain(const char *hostname, const char *domain)
{
    size_t len = strlen(hostname);
    size_t domain_len = strlen(domain);

    if (len < domain_len || strcmp(hostname + len - domain_len, domain) != 0) {
        return 0;
    }
    return len == domain_len || hostname[len - domain_len - 1] == '.';
}

static const char *check_domain(const cog_resolve_t *host)
{
    const char *domain = domain_of(host);

    for (int i = 0; domain && i < host->conf->origins->nelts; ++i) {
        const char *origin = APR_ARRAY_IDX(host->conf->origins, i, const char *);
        cog_url_t url;

        if (cog_url_parse(host->start->scratch, origin, &url) != COG_OK ||
            !is_in_domain(url.host, domain)) {
            return apr_psprintf(host->start->scratch,
                                "CognitoCookie: '%s' is not the domain of %s; write the "
                                "host's name or a parent of it, or leave domain= out",
                                domain, origin);
        }
    }
    return NULL;
}

static const char *refuse_path(const cog_resolve_t *host, const char *own)
{
    return apr_psprintf(host->start->scratch,
                        "CognitoCookie: the path '%s' keeps cookies away from %s; put "
                        "CognitoPath and CognitoCallback below it",
                        path_of(host), own);
}

static const char *check_path(const cog_resolve_t *host)
{
    if (!cog_cookie_reaches(path_of(host), host->conf->path)) {
        return refuse_path(host, host->conf->path);
    }
    for (int i = 0; i < host->conf->callbacks->nelts; ++i) {
        const char *callback = APR_ARRAY_IDX(host->conf->callbacks, i, const char *);

        if (!cog_cookie_reaches(path_of(host), callback)) {
            return refuse_path(host, callback);
        }
    }
    return NULL;
}

static const char *samesite_of(const cog_resolve_t *host)
{
    return host->written->cookie_samesite ? host->written->cookie_samesite
                                          : DEFAULT_SAMESITE;
}

static const char *check_samesite(const cog_resolve_t *host)
{
    if (!is_secure(host) && strcmp(samesite_of(host), "None") == 0) {
        return apr_psprintf(host->start->scratch,
                            "CognitoCookie: 'samesite=none' needs https, but "
                            "CognitoBaseURL is %s; write https there, or samesite=lax "
                            "here",
                            first_origin(host));
    }
    return NULL;
}

static const char *prefix_of(const cog_resolve_t *host)
{
    if (!is_secure(host)) {
        return "";
    }
    return domain_of(host) || strcmp(path_of(host), "/") != 0 ? "__Secure-" : "__Host-";
}

static void set_style(cog_resolve_t *host)
{
    apr_pool_t *pool = host->start->pool;
    const char *name =
        host->written->cookie_name ? host->written->cookie_name : DEFAULT_NAME;
    const char *domain = domain_of(host);
    cog_cookie_style_t *style = &host->conf->cookies;

    style->prefix = apr_pstrcat(pool, prefix_of(host), name, "_", NULL);
    style->path = path_of(host);
    style->attributes =
        apr_pstrcat(pool, "; Path=", path_of(host), domain ? "; Domain=" : "",
                    domain ? domain : "", "; HttpOnly", is_secure(host) ? "; Secure" : "",
                    "; SameSite=", samesite_of(host), NULL);
    host->conf->return_cookie = apr_pstrcat(pool, style->prefix, "return", NULL);
}

const char *cog_resolve_cookies(cog_resolve_t *host)
{
    const char *problem = check_domain(host);

    if (!problem) {
        problem = check_path(host);
    }
    if (!problem) {
        problem = check_samesite(host);
    }
    if (!problem) {
        set_style(host);
    }
    return problem;
}
