/* Names, cookies and limits of a virtual host. */
#include <apr_strings.h>
#include <string.h>

#include <httpd.h>
#include <http_core.h>

#include "base/text.h"
#include "base/url.h"
#include "httpd/doctor/doctor.h"

static const char *origin_at(const cog_host_probe_t *self, int i)
{
    return APR_ARRAY_IDX(self->host->site->conf->origins, i, const char *);
}

static int count_origins(const cog_host_probe_t *self)
{
    return self->host->site->conf->origins->nelts;
}

void cog_check_base_url(cog_report_t *report, void *context)
{
    const cog_host_probe_t *self = context;

    for (int i = 0; i < count_origins(self); ++i) {
        const char *origin = origin_at(self, i);

        if (cog_text_begins(origin, "https:")) {
            cog_report_say(report, COG_FOUND_OK, "%s", origin);
        }
        else {
            cog_report_say(report, COG_FOUND_WARNING,
                           "%s is not https: cookies go unprotected; for development on "
                           "this machine only",
                           origin);
        }
    }
}

static int is_in(const apr_array_header_t *names, const char *host, int are_patterns)
{
    for (int i = 0; names && i < names->nelts; ++i) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (name &&
            (are_patterns ? !ap_strcasecmp_match(host, name) : !strcasecmp(host, name))) {
            return 1;
        }
    }
    return 0;
}

static int is_named(const server_rec *s, const char *host)
{
    return (s->server_hostname && strcasecmp(s->server_hostname, host) == 0) ||
           is_in(s->names, host, 0) || is_in(s->wild_names, host, 1);
}

/* A virtual host that does not know the name may still be the first of its address. */
void cog_check_server_name(cog_report_t *report, void *context)
{
    const cog_host_probe_t *self = context;
    const server_rec *s = self->host->s;

    for (int i = 0; i < count_origins(self); ++i) {
        cog_url_t url;

        if (cog_url_parse(self->pool, origin_at(self, i), &url) != COG_OK) {
            continue;
        }
        cog_report_let(report, "host", url.host);
        if (is_named(s, url.host)) {
            cog_report_say(report, COG_FOUND_OK, "%s", url.host);
        }
        else {
            cog_report_say(report, COG_FOUND_WARNING,
                           "%s is neither ServerName (%s) nor ServerAlias: requests for "
                           "it come here only while no other virtual host is before it",
                           url.host, s->server_hostname ? s->server_hostname : "none");
        }
    }
}

void cog_check_cookies(cog_report_t *report, void *context)
{
    const cog_host_probe_t *self = context;
    const cog_server_conf_t *written = self->host->written;
    const char *prefix = self->host->site->conf->cookies.prefix;
    int is_good = 1;

    if (written->cookie_domain && *written->cookie_domain) {
        cog_report_say(report, COG_FOUND_WARNING,
                       "domain=%s: each host of that domain gets the sessions, and may "
                       "displace them",
                       written->cookie_domain);
        is_good = 0;
    }
    if (written->cookie_samesite && strcmp(written->cookie_samesite, "None") == 0) {
        cog_report_say(report, COG_FOUND_WARNING,
                       "samesite=none: the sessions come along when other sites send "
                       "requests here");
        is_good = 0;
    }
    if (is_good) {
        cog_report_say(report, COG_FOUND_OK, "%s*", prefix);
    }
}

void cog_check_headers(cog_report_t *report, void *context)
{
    const cog_host_probe_t *self = context;
    int limit = self->host->s->limit_req_fieldsize;
    int room = self->host->site->conf->cookie_room;

    if (room + COG_OTHER_COOKIES > limit) {
        cog_report_say(report, COG_FOUND_FAILED,
                       "LimitRequestFieldSize %d is too little for sessions (%d bytes), "
                       "logins and the application's own cookies: such requests get 400",
                       limit, room);
        return;
    }
    cog_report_say(report, COG_FOUND_OK,
                   "LimitRequestFieldSize %d: %d bytes of cookies for sessions, %d for "
                   "all others",
                   limit, room, limit - room);
}

/* httpd answers TRACE unless it is told not to. */
void cog_check_trace(cog_report_t *report, void *context)
{
    const cog_host_probe_t *self = context;
    const core_server_config *core =
        ap_get_core_module_config(self->host->s->module_config);

    if (core->trace_enable == AP_TRACE_DISABLE) {
        cog_report_say(report, COG_FOUND_OK, "TraceEnable off");
        return;
    }
    cog_report_say(report, COG_FOUND_WARNING,
                   "TRACE is answered with the request's headers, cookies among them");
}
