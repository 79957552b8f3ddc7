#include "base/url.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <apr_uri.h>
#include <string.h>

#include "base/text.h"

#define MAX_RETURN_TO 2048

/* Nothing that a browser would read in another way than we do. */
static int is_plain(const char *text)
{
    for (; *text; ++text) {
        if ((unsigned char)*text <= 0x20 || (unsigned char)*text >= 0x7f ||
            *text == '\\') {
            return 0;
        }
    }
    return 1;
}

static int has_dot_segment(const char *path)
{
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        size_t len = strcspn(slash + 1, "/");

        if ((len == 1 && slash[1] == '.') ||
            (len == 2 && slash[1] == '.' && slash[2] == '.')) {
            return 1;
        }
    }
    return 0;
}

static int is_host(const char *host)
{
    if (*host == '[') {
        return strspn(host + 1, "0123456789abcdefABCDEF:.") + 2 == strlen(host) &&
               host[strlen(host) - 1] == ']';
    }
    for (const char *c = host; *c; ++c) {
        if (!apr_isalnum(*c) && *c != '-' && *c != '.' && *c != '_') {
            return 0;
        }
    }
    return *host != '\0' && *host != '.' && *host != '-';
}

static const char *lower(apr_pool_t *pool, const char *text)
{
    char *copy = apr_pstrdup(pool, text);

    for (char *c = copy; *c; ++c) {
        *c = (char)apr_tolower(*c);
    }
    return copy;
}

static cog_err_t read_authority(apr_pool_t *pool, const apr_uri_t *uri, cog_url_t *url)
{
    const char *hostinfo = uri->hostinfo ? uri->hostinfo : "";
    int default_port = strcmp(url->scheme, "https") == 0 ? 443 : 80;
    size_t host_len =
        *hostinfo == '[' ? strcspn(hostinfo, "]") + 1 : strcspn(hostinfo, ":");

    COG_REQUIRE(host_len <= strlen(hostinfo), COG_E_BAD_URL);
    url->host = lower(pool, apr_pstrndup(pool, hostinfo, host_len));
    COG_REQUIRE(is_host(url->host), COG_E_BAD_URL);
    url->port = default_port;
    if (hostinfo[host_len]) {
        COG_REQUIRE(hostinfo[host_len] == ':' && uri->port_str && uri->port > 0,
                    COG_E_BAD_URL);
        url->port = uri->port;
    }
    url->origin = apr_pstrcat(pool, url->scheme, "://", url->host, NULL);
    if (url->port != default_port) {
        url->origin = apr_psprintf(pool, "%s:%d", url->origin, url->port);
    }
    return COG_OK;
}

cog_err_t cog_url_parse(apr_pool_t *pool, const char *text, cog_url_t *url)
{
    cog_url_t parsed = {0};
    apr_uri_t uri;

    COG_REQUIRE(is_plain(text), COG_E_BAD_URL);
    COG_REQUIRE(apr_uri_parse(pool, text, &uri) == APR_SUCCESS, COG_E_BAD_URL);
    COG_REQUIRE(uri.scheme && !uri.user && !uri.password && !uri.fragment &&
                    !strchr(text, '#'),
                COG_E_BAD_URL);
    parsed.scheme = lower(pool, uri.scheme);
    COG_REQUIRE(strcmp(parsed.scheme, "https") == 0 || strcmp(parsed.scheme, "http") == 0,
                COG_E_BAD_URL);
    COG_TRY(read_authority(pool, &uri, &parsed));
    parsed.path = uri.path && *uri.path ? uri.path : "/";
    COG_REQUIRE(!has_dot_segment(parsed.path), COG_E_BAD_URL);
    parsed.query = uri.query;
    *url = parsed;
    return COG_OK;
}

int cog_url_is_loopback(const cog_url_t *url)
{
    const char *host = url->host;
    size_t len = strlen(host);

    if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0) {
        return 1;
    }
    if (len > 10 && strcmp(host + len - 10, ".localhost") == 0) {
        return 1;
    }
    return cog_text_begins(host, "127.") && strspn(host, "0123456789.") == len;
}

int cog_url_is_safe(const cog_url_t *url)
{
    return strcmp(url->scheme, "https") == 0 || cog_url_is_loopback(url);
}

static int hex_value(char c)
{
    if (apr_isdigit(c)) {
        return c - '0';
    }
    return apr_isxdigit(c) ? apr_tolower(c) - 'a' + 10 : -1;
}

/* Decode what is percent-encoded, in place; leave alone what is not. */
static void decode_once(char *text)
{
    char *out = text;

    for (const char *in = text; *in; ++in) {
        int high = *in == '%' ? hex_value(in[1]) : -1;
        int low = high >= 0 ? hex_value(in[2]) : -1;

        if (low < 0) {
            *out++ = *in;
            continue;
        }
        /* a NUL would end the text here and not elsewhere: make it a control character */
        *out++ = (char)(high * 16 + low ? high * 16 + low : 1);
        in += 2;
    }
    *out = '\0';
}

static int is_own_path(const char *text)
{
    return text[0] == '/' && text[1] != '/' && text[1] != '\\' &&
           !cog_text_has_control(text);
}

int cog_url_may_return_to(apr_pool_t *pool, const char *target)
{
    char *reading;

    if (strlen(target) > MAX_RETURN_TO || !is_plain(target) || strchr(target, '#')) {
        return 0;
    }
    reading = apr_pstrdup(pool, target);
    for (int readings = 0; readings < 3; ++readings) {
        if (!is_own_path(reading)) {
            return 0;
        }
        decode_once(reading);
    }
    return 1;
}
