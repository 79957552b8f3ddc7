/* The tables of the status page: what it talks to, and what went wrong. */
#include <apr_strings.h>
#include <http_protocol.h>

#include "httpd/status/page.h"

#define HOUR COG_METER_MINUTES

/* ---- endpoints ---- */

static void write_sum(const cog_status_page_t *page, const char *name, cog_call_sum_t sum)
{
    const char *value = "–";

    if (sum.count > 0) {
        value = apr_psprintf(
            page->r->pool, "%s · %.0f&nbsp;ms%s", cog_status_number(page, sum.count),
            sum.seconds * 1000,
            sum.failed
                ? apr_psprintf(
                      page->r->pool, " · %s",
                      cog_status_badge(page, 0,
                                       apr_psprintf(page->r->pool, "%d&#8239;%% failed",
                                                    (int)(sum.failed * 100 / sum.count))))
                : "");
    }
    ap_rvputs(page->r, "<td data-l=\"", name, "\"><span>", value, "</span></td>", NULL);
}

static void write_endpoint(const cog_status_page_t *page, cog_call_kind_t kind)
{
    const char *name = cog_status_call_name(kind);
    cog_chart_t chart = {.label = apr_pstrcat(page->r->pool, "calls for ", name,
                                              " for each of the last 60 minutes", NULL)};

    for (int i = 0; i < HOUR; ++i) {
        chart.all[i] = page->status->figures.minutes[i].calls[kind].count;
        chart.parts[i] = page->status->figures.minutes[i].calls[kind].failed;
    }
    ap_rvputs(page->r, "<tr><th scope=\"row\">", name, "</th>", NULL);
    write_sum(page, "1 minute", cog_status_calls(page->status, kind, 1));
    write_sum(page, "5 minutes", cog_status_calls(page->status, kind, 5));
    write_sum(page, "60 minutes", cog_status_calls(page->status, kind, HOUR));
    ap_rputs("<td>", page->r);
    cog_status_write_chart(page->r, &chart);
    ap_rputs("</td></tr>\n", page->r);
}

void cog_status_write_endpoints(const cog_status_page_t *page)
{
    ap_rputs(
        "<section><h2>Endpoints of the user pools</h2>\n<table class=\"stack\"><thead>"
        "<tr><th scope=\"col\">endpoint</th><th scope=\"col\">last minute:<br>calls · "
        "mean</th>"
        "<th scope=\"col\">5 minutes</th><th scope=\"col\">60 minutes</th>"
        "<th scope=\"col\">calls a minute, failed ones in red</th></tr></thead>\n"
        "<tbody>\n",
        page->r);
    for (int kind = 0; kind < COG_CALL_COUNT; ++kind) {
        write_endpoint(page, (cog_call_kind_t)kind);
    }
    ap_rputs("</tbody></table></section>\n", page->r);
}

/* ---- pools and stores ---- */

static void write_pool(const cog_status_page_t *page, const cog_pool_figures_t *pool)
{
    int has_stale_keys = cog_status_has_stale_keys(pool);

    ap_rvputs(page->r, "<tr><th scope=\"row\">", cog_status_escaped(page, pool->issuer),
              "</th><td data-l=\"keys\"><span>",
              has_stale_keys  ? cog_status_badge(page, 0, "failed")
              : pool->keys_at ? cog_status_badge(page, 1, "good")
                              : "not needed yet",
              "</span></td><td data-l=\"fetched\">", cog_status_ago(page, pool->keys_at),
              "</td><td data-l=\"next\"><span>",
              cog_status_until(page, cog_status_next_keys(pool)),
              "</span></td><td data-l=\"token endpoint\"><span>",
              cog_status_badge(page, !pool->is_out,
                               pool->is_out ? "circuit open" : "circuit closed"),
              "</span></td></tr>\n", NULL);
}

void cog_status_write_pools(const cog_status_page_t *page)
{
    ap_rputs("<section><h2>User pools</h2>\n<table class=\"stack\"><thead><tr>"
             "<th scope=\"col\">issuer</th><th scope=\"col\">keys</th>"
             "<th scope=\"col\">fetched</th><th scope=\"col\">next</th>"
             "<th scope=\"col\">token endpoint</th></tr></thead>\n<tbody>\n",
             page->r);
    for (int i = 0; i < page->status->figures.pool_count; ++i) {
        write_pool(page, &page->status->figures.pools[i]);
    }
    ap_rputs("</tbody></table></section>\n", page->r);
}

static const char *store_state(const cog_status_page_t *page,
                               const cog_store_figures_t *store)
{
    if (store->failed_in_a_row == 0) {
        return cog_status_badge(page, 1, "works");
    }
    return cog_status_badge(page, 0,
                            cog_status_is_store_out(store) ? "circuit open" : "failing");
}

static const char *store_use(const cog_status_page_t *page, int percent)
{
    if (percent < 0) {
        return "–";
    }
    return apr_psprintf(
        page->r->pool,
        "<meter min=\"0\" max=\"100\" high=\"80\" value=\"%d\">%d</meter> "
        "%d&#8239;%%",
        percent, percent, percent);
}

static void write_store(const cog_status_page_t *page, int i)
{
    const cog_store_figures_t *store = &page->status->figures.stores[i];

    ap_rvputs(page->r, "<tr><th scope=\"row\">", cog_status_escaped(page, store->name),
              "</th><td data-l=\"state\"><span>", store_state(page, store),
              "</span></td><td class=\"n\" data-l=\"calls\">",
              cog_status_number(page, store->calls),
              "</td><td class=\"n\" data-l=\"failed\">",
              cog_status_number(page, store->failed), "</td><td data-l=\"last failure\">",
              cog_status_ago(page, store->failed_at), "</td><td data-l=\"use\"><span>",
              store_use(page, page->status->percent[i]), "</span></td></tr>\n", NULL);
}

void cog_status_write_stores(const cog_status_page_t *page)
{
    ap_rputs(
        "<section><h2>Stores</h2>\n<table class=\"stack\"><thead><tr>"
        "<th scope=\"col\">store</th><th scope=\"col\">state</th>"
        "<th scope=\"col\" class=\"n\">calls</th>"
        "<th scope=\"col\" class=\"n\">failed</th><th scope=\"col\">last failure</th>"
        "<th scope=\"col\">use</th></tr></thead>\n<tbody>\n",
        page->r);
    for (int i = 0; i < page->status->figures.store_count; ++i) {
        write_store(page, i);
    }
    ap_rputs("</tbody></table></section>\n", page->r);
}

/* ---- problems ---- */

static const char *problem_badge(const cog_status_page_t *page,
                                 const cog_problem_entry_t *problem)
{
    return apr_psprintf(page->r->pool, "<span class=\"badge %s\">%s</span>",
                        problem->is_error ? "bad" : "hint", cog_err_name(problem->err));
}

static void write_problem(const cog_status_page_t *page,
                          const cog_problem_entry_t *problem)
{
    ap_rvputs(page->r, "<tr><td data-l=\"last\">", cog_status_ago(page, problem->last),
              "</td><td class=\"n\" data-l=\"times\">",
              cog_status_number(page, problem->count), "</td><td data-l=\"cause\"><span>",
              problem_badge(page, problem), "<br>",
              cog_status_escaped(page, cog_err_text(problem->err)),
              "<br><span class=\"soft\">", cog_status_escaped(page, problem->site),
              "</span></span></td><td data-l=\"remedy\"><span>",
              cog_status_escaped(page, problem->remedy),
              "</span></td><td data-l=\"incident\"><code>",
              cog_status_escaped(page, problem->incident), "</code></td></tr>\n", NULL);
}

void cog_status_write_problems(const cog_status_page_t *page)
{
    const cog_figures_t *figures = &page->status->figures;

    ap_rputs("<section><h2>Last problems</h2>\n", page->r);
    if (figures->problem_count == 0) {
        ap_rputs("<p class=\"none\">None.</p></section>\n", page->r);
        return;
    }
    ap_rputs(
        "<table class=\"stack\"><thead><tr><th scope=\"col\">last</th>"
        "<th scope=\"col\" class=\"n\">times</th><th scope=\"col\">cause</th>"
        "<th scope=\"col\">remedy</th><th scope=\"col\">last incident</th></tr></thead>\n"
        "<tbody>\n",
        page->r);
    for (int i = 0; i < figures->problem_count; ++i) {
        write_problem(page, &figures->problems[i]);
    }
    ap_rputs("</tbody></table></section>\n", page->r);
}
