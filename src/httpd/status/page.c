/* The page for people. */
#include <apr_strings.h>
#include <http_protocol.h>
#include <string.h>

#include "httpd/page_template.h"
#include "httpd/status/page.h"
#include "version.h"

#define HOUR COG_METER_MINUTES

static uint64_t counted(const cog_status_page_t *page, int event)
{
    return page->status->figures.counts[event];
}

/* ---- the head ---- */

static void write_head(const cog_status_page_t *page)
{
    const char *name = cog_status_escaped(page, page->status->name);

    ap_rvputs(page->r,
              "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
              "<meta name=\"robots\" content=\"noindex\">\n<title>Cognito sign-in: ",
              name, "</title>\n<style>", cog_status_style,
              "</style>\n</head>\n<body>\n<header>\n<h1>Cognito sign-in</h1>\n"
              "<p class=\"sub\">",
              name, " · mod_auth_cognito " COG_VERSION " · counting since ",
              cog_status_day(page, page->status->figures.since), "</p>\n", NULL);
}

static void write_state(const cog_status_page_t *page)
{
    const apr_array_header_t *complaints = cog_status_complaints(page->status);

    if (complaints->nelts == 0) {
        ap_rputs(
            "<div class=\"state good\" role=\"status\">All is well</div>\n</header>\n",
            page->r);
        return;
    }
    ap_rputs("<div class=\"state bad\" role=\"status\">Needs attention<ul>\n", page->r);
    for (int i = 0; i < complaints->nelts; ++i) {
        ap_rvputs(page->r, "<li>",
                  cog_status_escaped(page, APR_ARRAY_IDX(complaints, i, const char *)),
                  "</li>\n", NULL);
    }
    ap_rputs("</ul></div>\n</header>\n", page->r);
}

/* ---- numbers ---- */

static void write_tile(const cog_status_page_t *page, const char *name, const char *value)
{
    ap_rvputs(page->r, "<div><dt>", name, "</dt><dd>", value, "</dd></div>\n", NULL);
}

static const char *hit_rate(const cog_status_page_t *page)
{
    uint64_t hits = counted(page, COG_EVENT_TOKEN_KNOWN);
    uint64_t all = hits + counted(page, COG_EVENT_TOKEN_VERIFIED);

    return all > 0 ? apr_psprintf(page->r->pool, "%d&#8239;%%", (int)(hits * 100 / all))
                   : "–";
}

static void write_tiles(const cog_status_page_t *page)
{
    const cog_status_t *status = page->status;

    ap_rputs("<main>\n<dl class=\"tiles\">\n", page->r);
    write_tile(page, "signed in, last hour",
               cog_status_number(
                   page, cog_status_events(status, COG_EVENT_SESSION_STARTED, HOUR)));
    write_tile(page, "logins in flight",
               cog_status_number(page, cog_status_in_flight(status)));
    write_tile(
        page, "problems, last hour",
        cog_status_number(page, cog_status_events(status, COG_EVENT_PROBLEM, HOUR)));
    write_tile(page, "requests let in by a session",
               cog_status_number(page, counted(page, COG_EVENT_SESSION_ACCEPTED)));
    write_tile(page, "requests let in by a token",
               cog_status_number(page, counted(page, COG_EVENT_BEARER_ACCEPTED)));
    write_tile(page, "tokens known from before", hit_rate(page));
    ap_rputs("</dl>\n", page->r);
}

static const char *scale_of(const cog_status_page_t *page, const cog_chart_t *chart)
{
    uint64_t most = 0;

    for (int i = 0; i < HOUR; ++i) {
        most = chart->all[i] > most ? chart->all[i] : most;
    }
    return most ? apr_pstrcat(page->r->pool, "at most ", cog_status_number(page, most),
                              " a minute", NULL)
                : "none";
}

static void write_event_chart(const cog_status_page_t *page, const char *title,
                              cog_event_t event, int is_bad)
{
    cog_chart_t chart = {
        .label =
            apr_psprintf(page->r->pool, "%s for each of the last 60 minutes, %d in all",
                         title, (int)cog_status_events(page->status, event, HOUR))};

    for (int i = 0; i < HOUR; ++i) {
        chart.all[i] = page->status->figures.minutes[i].events[event];
        chart.parts[i] = is_bad ? chart.all[i] : 0;
    }
    ap_rvputs(page->r, "<section><h2>", title, "</h2>\n", NULL);
    cog_status_write_chart(page->r, &chart);
    ap_rvputs(page->r,
              "<div class=\"legend\" aria-hidden=\"true\"><span>an hour ago</span><span>",
              scale_of(page, &chart), "</span><span>now</span></div></section>\n", NULL);
}

static void write_charts(const cog_status_page_t *page)
{
    ap_rputs("<div class=\"pair\">\n", page->r);
    write_event_chart(page, "Sign-ins", COG_EVENT_SESSION_STARTED, 0);
    write_event_chart(page, "Problems", COG_EVENT_PROBLEM, 1);
    ap_rputs("</div>\n", page->r);
}

/* ---- sessions and refusals ---- */

static void write_row(const cog_status_page_t *page, const char *name, const char *note,
                      uint64_t value)
{
    ap_rvputs(page->r, "<tr><th scope=\"row\">", name, "<br><span class=\"soft\">",
              cog_status_escaped(page, note), "</span></th><td class=\"n\">",
              cog_status_number(page, value), "</td></tr>\n", NULL);
}

static void write_sessions(const cog_status_page_t *page)
{
    static const struct {
        const char *name;
        const char *note;
        cog_event_t event;
    } rows[] = {
        {"started",          "users signed in",                      COG_EVENT_SESSION_STARTED},
        {"renewed",          "with the refresh token",               COG_EVENT_SESSION_RENEWED},
        {"ended: sign-out",  "by their user",                        COG_EVENT_ENDED_BY_LOGOUT},
        {"ended: replaced",  "by the next sign-in of the browser",
         COG_EVENT_ENDED_BY_LOGIN                                                             },
        {"ended: renewal",   "the user pool gave no new tokens",
         COG_EVENT_ENDED_BY_RENEWAL                                                           },
        {"users signed out", "everywhere, by CognitoRevokeKey",      COG_EVENT_USER_ENDED     },
        {"callbacks",        "requests that came back from Cognito", COG_EVENT_CALLBACK       },
    };

    ap_rputs("<section><h2>Sessions</h2>\n<table><tbody>\n", page->r);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); ++i) {
        write_row(page, rows[i].name, rows[i].note, counted(page, (int)rows[i].event));
    }
    ap_rputs("</tbody></table></section>\n", page->r);
}

static void write_refusals(const cog_status_page_t *page)
{
    int rows = 0;

    ap_rputs("<section><h2>Not let in, by cause</h2>\n<table><tbody>\n", page->r);
    for (int err = COG_OK + 1; err < COG_ERR_COUNT; ++err) {
        uint64_t count = counted(page, (int)COG_EVENT_REFUSED + err);

        if (count > 0) {
            write_row(page, cog_err_name((cog_err_t)err), cog_err_text((cog_err_t)err),
                      count);
            ++rows;
        }
    }
    ap_rvputs(page->r, "</tbody></table>\n",
              rows ? "" : "<p class=\"none\">Everybody so far was let in.</p>\n",
              "</section>\n", NULL);
}

static void write_foot(const cog_status_page_t *page)
{
    ap_rvputs(
        page->r, "</main>\n<footer><p>",
        page->status->refresh_sec
            ? apr_psprintf(page->r->pool,
                           "Loads itself anew every %d seconds: "
                           "<a href=\"?refresh=0\">stop</a>",
                           page->status->refresh_sec)
            : "Does not load itself anew: <a href=\"?refresh=30\">every 30 seconds</a>",
        " · <a href=\"?format=json\">JSON</a> · "
        "<a href=\"?format=prometheus\">Prometheus</a></p></footer>\n"
        "</body>\n</html>\n",
        NULL);
}

static void set_headers(request_rec *r, const cog_status_t *status)
{
    apr_table_setn(r->headers_out, "Content-Security-Policy",
                   apr_pstrcat(r->pool, "default-src 'none'; style-src",
                               cog_page_hash_source(r->pool, cog_status_style),
                               "; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'none'",
                               NULL));
    if (status->refresh_sec > 0) {
        apr_table_setn(r->headers_out, "Refresh",
                       apr_psprintf(r->pool, "%d", status->refresh_sec));
    }
    ap_set_content_type(r, "text/html; charset=utf-8");
}

void cog_status_write_page(request_rec *r, const cog_status_t *status)
{
    const cog_status_page_t page = {r, status};

    set_headers(r, status);
    write_head(&page);
    write_state(&page);
    write_tiles(&page);
    write_charts(&page);
    cog_status_write_endpoints(&page);
    cog_status_write_pools(&page);
    cog_status_write_stores(&page);
    ap_rputs("<div class=\"pair\">\n", r);
    write_sessions(&page);
    write_refusals(&page);
    ap_rputs("</div>\n", r);
    cog_status_write_problems(&page);
    write_foot(&page);
}
