#include "flow/flow.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "base/url.h"
#include "flow/routes.h"

apr_time_t cog_flow_time(const cog_flow_t *flow)
{
    const cog_clock_t *clock = &flow->ports->clock;

    return clock->now(clock->context);
}

int64_t cog_flow_now(const cog_flow_t *flow)
{
    return apr_time_sec(cog_flow_time(flow));
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

cog_session_limits_t cog_flow_limits(const cog_flow_t *flow)
{
    const cog_session_limits_t *here = &flow->place->limits;
    const cog_session_limits_t *longest = &flow->conf->longest;

    return (cog_session_limits_t){.idle_sec = smaller(here->idle_sec, longest->idle_sec),
                                  .max_sec = smaller(here->max_sec, longest->max_sec),
                                  .least_idle_sec =
                                      smaller(here->idle_sec, longest->least_idle_sec)};
}

cog_sealer_t cog_flow_sealer(const cog_flow_t *flow)
{
    return (cog_sealer_t){flow->conf->keyring, flow->ports->random};
}

cog_cookie_jar_t cog_flow_jar(const cog_flow_t *flow, cog_reply_t *reply)
{
    return (cog_cookie_jar_t){&flow->conf->cookies, flow->request->cookies,
                              cog_reply_cookies(flow, reply)};
}

/* Host may name the port of its scheme, or not (RFC 9110, 4.2.3). */
static int is_host_of(const char *host, const char *origin)
{
    const char *authority = strstr(origin, "://") + 3;
    const char *port = cog_text_begins(origin, "https:") ? ":443" : ":80";
    size_t len = strlen(authority);

    return strncasecmp(host, authority, len) == 0 &&
           (!host[len] || strcmp(host + len, port) == 0);
}

const char *cog_flow_known_origin(const cog_flow_t *flow)
{
    const apr_array_header_t *origins = flow->conf->origins;
    const char *host = flow->request->header(flow->request, "Host");

    for (int i = 0; host && i < origins->nelts; ++i) {
        const char *origin = APR_ARRAY_IDX(origins, i, const char *);

        if (is_host_of(host, origin)) {
            return origin;
        }
    }
    return NULL;
}

const char *cog_flow_origin(const cog_flow_t *flow)
{
    const char *known = cog_flow_known_origin(flow);

    return known ? known : APR_ARRAY_IDX(flow->conf->origins, 0, const char *);
}

const char *cog_flow_own_url(const cog_flow_t *flow, const char *name)
{
    return apr_pstrcat(flow->pool, cog_flow_origin(flow), flow->conf->path, "/", name,
                       NULL);
}

const char *cog_flow_return_to(const cog_flow_t *flow, const char *text)
{
    const char *path;

    if (!text || !cog_url_may_return_to(flow->pool, text)) {
        return "/";
    }
    path = apr_pstrndup(flow->pool, text, strcspn(text, "?"));
    return cog_flow_is_own_url(flow->conf, path) ? "/" : text;
}

const cog_place_t *cog_flow_place_of(const cog_flow_t *flow, const char *path)
{
    const cog_place_t *place = flow->request->place_of(flow->request, path);
    cog_place_t *open_place;

    if (place->client) {
        return place;
    }
    open_place = apr_pmemdup(flow->pool, place, sizeof(*place));
    open_place->client = cog_conf_first_client(flow->conf);
    return open_place;
}
