/* Numbers and times as people read them. */
#include <apr_strings.h>
#include <http_protocol.h>
#include <string.h>

#include "httpd/status/page.h"

const char *cog_status_escaped(const cog_status_page_t *page, const char *text)
{
    return ap_escape_html(page->r->pool, text);
}

/* 1234567 as 1 234 567, with a thin space that does not break. */
const char *cog_status_number(const cog_status_page_t *page, uint64_t value)
{
    const char *digits = apr_psprintf(page->r->pool, "%" APR_UINT64_T_FMT, value);
    const char *text = "";
    size_t left = strlen(digits);

    while (left > 0) {
        size_t len = left % 3 ? left % 3 : 3;

        text = apr_pstrcat(page->r->pool, text, *text ? "&#8239;" : "",
                           apr_pstrmemdup(page->r->pool, digits, len), NULL);
        digits += len;
        left -= len;
    }
    return text;
}

static const char *span(const cog_status_page_t *page, apr_interval_time_t interval)
{
    static const struct {
        int seconds;
        const char *unit;
    } units[] = {
        {86400, "d"  },
        {3600,  "h"  },
        {60,    "min"},
        {1,     "s"  },
    };
    apr_int64_t seconds = apr_time_sec(interval);
    size_t i = 0;

    while (i < 3 && seconds < 2 * units[i].seconds) {
        ++i;
    }
    return apr_psprintf(page->r->pool, "%" APR_INT64_T_FMT "&nbsp;%s",
                        seconds / units[i].seconds, units[i].unit);
}

const char *cog_status_day(const cog_status_page_t *page, apr_time_t time)
{
    apr_time_exp_t at;

    apr_time_exp_gmt(&at, time);
    return apr_psprintf(page->r->pool, "%04d-%02d-%02d %02d:%02d UTC", at.tm_year + 1900,
                        at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min);
}

const char *cog_status_ago(const cog_status_page_t *page, apr_time_t time)
{
    apr_time_t now = page->status->now;

    if (time == 0) {
        return "never";
    }
    return apr_psprintf(page->r->pool, "<time datetime=\"%s\" title=\"%s\">%s ago</time>",
                        cog_status_time(page->r->pool, time),
                        cog_status_time(page->r->pool, time),
                        span(page, now > time ? now - time : 0));
}

const char *cog_status_until(const cog_status_page_t *page, apr_time_t time)
{
    apr_time_t now = page->status->now;

    if (time <= now) {
        return "when needed";
    }
    return apr_psprintf(page->r->pool, "in %s", span(page, time - now));
}

const char *cog_status_badge(const cog_status_page_t *page, int is_good, const char *text)
{
    return apr_psprintf(page->r->pool, "<span class=\"badge %s\">%s</span>",
                        is_good ? "good" : "bad", text);
}
