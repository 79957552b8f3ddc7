#include "flow/navigation.h"

#include <string.h>

#include "base/text.h"

static const char *header(const cog_request_t *request, const char *name)
{
    return request->header(request, name);
}

static int header_is(const cog_request_t *request, const char *name, const char *expected)
{
    const char *value = header(request, name);

    return value && strcasecmp(value, expected) == 0;
}

static int header_holds(const cog_request_t *request, const char *name, const char *word)
{
    const char *value = header(request, name);

    for (; value && *value; ++value) {
        if (strncasecmp(value, word, strlen(word)) == 0) {
            return 1;
        }
    }
    return 0;
}

static int is_prefetch(const cog_request_t *request)
{
    return header_holds(request, "Sec-Purpose", "prefetch") ||
           header_holds(request, "Sec-Purpose", "prerender") ||
           header_is(request, "Purpose", "prefetch") ||
           header_is(request, "X-Moz", "prefetch");
}

int cog_request_is_navigation(const cog_request_t *request)
{
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "POST") != 0) {
        return 0;
    }
    if (header(request, "Upgrade") || header(request, "X-Requested-With") ||
        is_prefetch(request)) {
        return 0;
    }
    if (header(request, "Sec-Fetch-Mode")) {
        return header_is(request, "Sec-Fetch-Mode", "navigate") &&
               header_is(request, "Sec-Fetch-Dest", "document");
    }
    return header_holds(request, "Accept", "text/html");
}

/* Is `url` the origin itself, or a URL of it? */
static int is_of_origin(const char *url, const char *origin)
{
    size_t len = strlen(origin);

    return url && strncasecmp(url, origin, len) == 0 &&
           (url[len] == '\0' || url[len] == '/' || url[len] == '?');
}

static int is_told_by_origin(const cog_request_t *request, const char *origin)
{
    const char *sent = header(request, "Origin");

    return is_of_origin(sent ? sent : header(request, "Referer"), origin);
}

int cog_request_is_from(const cog_request_t *request, const char *origin)
{
    if (header(request, "Sec-Fetch-Site")) {
        return header_is(request, "Sec-Fetch-Site", "same-origin") ||
               header_is(request, "Sec-Fetch-Site", "none");
    }
    return is_told_by_origin(request, origin);
}

int cog_request_is_sent_by(const cog_request_t *request, const char *origin)
{
    if (!header(request, "Sec-Fetch-Site") ||
        header_is(request, "Sec-Fetch-Site", "none")) {
        return is_told_by_origin(request, origin);
    }
    return header_is(request, "Sec-Fetch-Site", "same-origin");
}

const char *cog_request_referring_path(const cog_request_t *request, const char *origin)
{
    const char *referer = header(request, "Referer");

    if (!is_of_origin(referer, origin) || referer[strlen(origin)] != '/') {
        return NULL;
    }
    return referer + strlen(origin);
}
