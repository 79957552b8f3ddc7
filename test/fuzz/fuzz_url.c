/* Reaches: cog_url_parse, cog_url_is_safe, cog_url_is_loopback. The input is a URL. A
 * browser that reads what is accepted finds the same host. */
#include "test/fuzz/fuzz.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "base/url.h"

/* The authority as the URL standard has it: slashes of both kinds, user info up to the
 * last `@`, nothing of it decoded. */
static const char *browser_authority(apr_pool_t *pool, const char *text)
{
    const char *begin = strchr(text, ':');
    char *authority;
    char *user;

    must(begin != NULL);
    begin += 1 + strspn(begin + 1, "/\\");
    authority = apr_pstrmemdup(pool, begin, strcspn(begin, "/\\?#"));
    user = strrchr(authority, '@');
    for (char *c = authority; *c; ++c) {
        *c = (char)apr_tolower(*c);
    }
    return user ? user + 1 : authority;
}

static void check(apr_pool_t *pool, const char *text, const cog_url_t *url)
{
    const char *authority = browser_authority(pool, text);
    size_t host_len = strlen(url->host);
    cog_url_t again;

    must(strncmp(authority, url->host, host_len) == 0);
    must(authority[host_len] == '\0' || authority[host_len] == ':');
    must(url->port >= 1 && url->port <= 65535);
    must(url->path[0] == '/');
    must(cog_url_parse(pool, url->origin, &again) == COG_OK);
    must(strcmp(again.origin, url->origin) == 0 && again.port == url->port);
    must(strcmp(again.host, url->host) == 0);
    must(cog_url_is_safe(url) ||
         (strcmp(url->scheme, "http") == 0 && !cog_url_is_loopback(url)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    char *text = fuzz_text(data, size);
    cog_url_t url;

    if (cog_url_parse(pool, text, &url) == COG_OK) {
        check(pool, text, &url);
    }
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
