#include "base/url.h"

#include <apr_lib.h>
#include <apr_network_io.h>
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/text.h"

#define MAX_HOST      253
#define MAX_RETURN_TO 2048
#define MAX_DECODING  8

static const struct {
    const char *name;
    const char *prefix;
    int port;
} schemes[] = {
    {"https", "https://", 443},
    {"http",  "http://",  80 },
};

/* Nothing that a browser would read in another way than we do. */
static int is_plain(const char *text)
{
    for (; *text; ++text) {
        if ((unsigned char)*text <= 0x20 || (unsigned char)*text >= 0x7f ||
            *text == '\\' || *text == '#') {
            return 0;
        }
    }
    return 1;
}

static int hex_value(char c)
{
    if (apr_isdigit(c)) {
        return c - '0';
    }
    return apr_isxdigit(c) ? apr_tolower(c) - 'a' + 10 : -1;
}

/* Decode in place what is percent-encoded; leave alone what is not. FALSE when there was
 * nothing to decode. */
static int decode(char *text)
{
    char *out = text;
    int is_changed = 0;

    for (const char *in = text; *in; ++in) {
        int high = *in == '%' ? hex_value(in[1]) : -1;
        int low = high >= 0 ? hex_value(in[2]) : -1;

        if (low < 0) {
            *out++ = *in;
            continue;
        }
        /* a NUL would end the text here and not elsewhere: make it another control */
        *out++ = (char)(high * 16 + low ? high * 16 + low : 1);
        in += 2;
        is_changed = 1;
    }
    *out = '\0';
    return is_changed;
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

/* Browsers take %2e for a dot in these segments. */
static int has_hidden_dot_segment(apr_pool_t *pool, const char *path)
{
    char *copy = apr_pstrdup(pool, path);

    decode(copy);
    return has_dot_segment(copy);
}

static int is_ipv6(apr_pool_t *pool, const char *host)
{
    size_t len = strlen(host);
    apr_ipsubnet_t *address;

    return host[len - 1] == ']' && strchr(host, ':') &&
           apr_ipsubnet_create(&address, apr_pstrmemdup(pool, host + 1, len - 2), NULL,
                               pool) == APR_SUCCESS;
}

static int is_name(const char *host)
{
    size_t len = strlen(host);

    return len > 0 && len <= MAX_HOST &&
           strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-._") == len &&
           host[0] != '-' && host[0] != '.' && host[len - 1] != '.' &&
           !strstr(host, "..");
}

static const char *lower(apr_pool_t *pool, const char *text, size_t len)
{
    char *copy = apr_pstrmemdup(pool, text, len);

    for (char *c = copy; *c; ++c) {
        *c = (char)apr_tolower(*c);
    }
    return copy;
}

/* Decimal digits without a leading zero, up to 65535; 0 when it is none. */
static int read_port(const char *text, size_t len)
{
    int64_t port;
    size_t digits = cog_number_read(text, 5, &port);

    return digits == len && *text != '0' && port <= 65535 ? (int)port : 0;
}

static cog_err_t read_authority(apr_pool_t *pool, const char *text, size_t len,
                                cog_url_t *url)
{
    size_t host_len = *text == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":");
    int default_port = url->port;

    host_len = host_len < len ? host_len : len;
    url->host = lower(pool, text, host_len);
    COG_REQUIRE(*text == '[' ? is_ipv6(pool, url->host) : is_name(url->host),
                COG_E_BAD_URL);
    if (host_len < len) {
        COG_REQUIRE(text[host_len] == ':', COG_E_BAD_URL);
        url->port = read_port(text + host_len + 1, len - host_len - 1);
        COG_REQUIRE(url->port > 0, COG_E_BAD_URL);
    }
    url->origin =
        url->port == default_port
            ? apr_pstrcat(pool, url->scheme, "://", url->host, NULL)
            : apr_psprintf(pool, "%s://%s:%d", url->scheme, url->host, url->port);
    return COG_OK;
}

/* Give scheme and default port; returns what follows them, NULL for another scheme. */
static const char *read_scheme(const char *text, cog_url_t *url)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); ++i) {
        size_t len = strlen(schemes[i].prefix);

        if (strncasecmp(text, schemes[i].prefix, len) == 0) {
            url->scheme = schemes[i].name;
            url->port = schemes[i].port;
            return text + len;
        }
    }
    return NULL;
}

cog_err_t cog_url_parse(apr_pool_t *pool, const char *text, cog_url_t *url)
{
    cog_url_t parsed = {0};
    const char *at;
    size_t len;

    COG_REQUIRE(text && is_plain(text), COG_E_BAD_URL);
    at = read_scheme(text, &parsed);
    COG_REQUIRE(at, COG_E_BAD_URL);
    len = strcspn(at, "/?");
    COG_TRY(read_authority(pool, at, len, &parsed));
    at += len;
    len = strcspn(at, "?");
    parsed.path = len > 0 ? apr_pstrmemdup(pool, at, len) : "/";
    COG_REQUIRE(!has_hidden_dot_segment(pool, parsed.path), COG_E_BAD_URL);
    parsed.query = at[len] == '?' ? apr_pstrdup(pool, at + len + 1) : NULL;
    *url = parsed;
    return COG_OK;
}

/* 127.0.0.0/8, in four decimal parts. */
static int is_loopback_address(const char *host)
{
    int parts = 0;

    for (const char *at = host; *at; ++parts) {
        int64_t part;
        size_t len = cog_number_read(at, 3, &part);

        if (len == 0 || part > 255 || (at[len] && at[len] != '.')) {
            return 0;
        }
        at += len + (at[len] == '.');
    }
    return parts == 4 && cog_text_begins(host, "127.");
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
    return is_loopback_address(host);
}

int cog_url_is_safe(const cog_url_t *url)
{
    return strcmp(url->scheme, "https") == 0 || cog_url_is_loopback(url);
}

static int is_own_path(const char *path)
{
    return path[0] == '/' && path[1] != '/' && !strchr(path, '\\') &&
           !has_dot_segment(path);
}

/* Whoever decodes what they get, however often, must still find our own origin. */
static int stays_here(char *text, int is_path)
{
    for (int count = 0; count <= MAX_DECODING; ++count) {
        if (cog_text_has_control(text) || (is_path && !is_own_path(text))) {
            return 0;
        }
        if (!decode(text)) {
            return 1;
        }
    }
    return 0;
}

int cog_url_may_return_to(apr_pool_t *pool, const char *target)
{
    size_t path_len = strcspn(target, "?");

    return strlen(target) <= MAX_RETURN_TO && is_plain(target) &&
           stays_here(apr_pstrmemdup(pool, target, path_len), 1) &&
           stays_here(apr_pstrdup(pool, target + path_len), 0);
}
