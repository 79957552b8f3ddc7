/* Sixty bars, drawn in a field of 300 by 60 units. */
#include <http_protocol.h>

#include "httpd/status/page.h"

#define BAR    5
#define GAP    1
#define HEIGHT 58
#define WIDTH  (COG_METER_MINUTES * BAR)

static uint64_t highest(const cog_chart_t *chart)
{
    uint64_t most = 1;

    for (int i = 0; i < COG_METER_MINUTES; ++i) {
        most = chart->all[i] > most ? chart->all[i] : most;
    }
    return most;
}

/* What is not nothing can be seen. */
static int height_of(uint64_t value, uint64_t most)
{
    int height = (int)(value * HEIGHT / most);

    return value > 0 && height < 2 ? 2 : height;
}

static void write_bars(request_rec *r, const char *class_name, const uint64_t *values,
                       uint64_t most)
{
    ap_rprintf(r, "<path class=\"%s\" d=\"", class_name);
    for (int i = 0; i < COG_METER_MINUTES; ++i) {
        int height = height_of(values[i], most);

        if (height > 0) {
            ap_rprintf(r, "M%d %dh%dv%dh-%dz", WIDTH - (i + 1) * BAR, HEIGHT - height,
                       BAR - GAP, height, BAR - GAP);
        }
    }
    ap_rputs("\"/>", r);
}

void cog_status_write_chart(request_rec *r, const cog_chart_t *chart)
{
    uint64_t most = highest(chart);

    ap_rprintf(r,
               "<svg viewBox=\"0 0 %d 60\" preserveAspectRatio=\"none\" role=\"img\" "
               "aria-label=\"%s\"><path class=\"axis\" d=\"M0 %dh%dv1h-%dz\"/>",
               WIDTH, ap_escape_html(r->pool, chart->label), HEIGHT, WIDTH, WIDTH);
    write_bars(r, "all", chart->all, most);
    write_bars(r, "part", chart->parts, most);
    ap_rputs("</svg>\n", r);
}
