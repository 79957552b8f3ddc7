#include "httpd/pages.h"

#include <apr_strings.h>
#include <http_protocol.h>

#include "base/query.h"

/* Sends the form before it. A field may be called `submit`. */
static const char script[] = "HTMLFormElement.prototype.submit.call("
                             "document.currentScript.previousElementSibling)";

/* Drawn in a square of 24 units. */
static const char door[] = "<path d=\"M10 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h4M16 8l4 "
                           "4-4 4M20 12H9.5\"/>";
static const char lock[] = "<rect x=\"5\" y=\"11\" width=\"14\" height=\"9\" rx=\"2\"/>"
                           "<path d=\"M8 11V8a4 4 0 0 1 8 0v3\"/>";
static const char alert[] = "<circle cx=\"12\" cy=\"12\" r=\"9\"/>"
                            "<path d=\"M12 7.5v5.5M12 16.4v.1\"/>";

static const char *icon_of(int status)
{
    if (status < HTTP_BAD_REQUEST) {
        return door;
    }
    return status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN ? lock : alert;
}

/* What the functions below write a page with. */
typedef struct {
    request_rec *r;
    const cog_reply_t *reply;
    const cog_language_t *language;
} writer_t;

const cog_language_t *cog_page_language(request_rec *r)
{
    return cog_language_choose(apr_table_get(r->headers_in, "Accept-Language"));
}

static const char *escaped(const writer_t *writer, const char *text)
{
    return ap_escape_html(writer->r->pool, text ? text : "");
}

/* What the code says in English, in the reader's language. */
static const char *said(const writer_t *writer, const char *english)
{
    return escaped(writer, cog_language_say(writer->language, english));
}

static void write_icon(const writer_t *writer)
{
    ap_rvputs(writer->r, "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">",
              icon_of(writer->reply->status), "</svg>", NULL);
}

static void write_fields(const writer_t *writer, const apr_array_header_t *fields)
{
    for (int i = 0; fields && i < fields->nelts; ++i) {
        const cog_param_t *field = &APR_ARRAY_IDX(fields, i, cog_param_t);
        const char *name = escaped(writer, field->name);

        if (field->value) {
            ap_rvputs(writer->r, "<input type=\"hidden\" name=\"", name, "\" value=\"",
                      escaped(writer, field->value), "\">", NULL);
        }
        else {
            ap_rvputs(writer->r, "<input type=\"file\" hidden name=\"", name, "\">",
                      NULL);
        }
    }
}

static void write_form(const writer_t *writer, const cog_page_t *page)
{
    const char *type = page->is_multipart ? "\" enctype=\"multipart/form-data" : "";

    ap_rvputs(writer->r, "<form method=\"post\" action=\"", escaped(writer, page->link),
              type, "\">", NULL);
    write_fields(writer, page->fields);
    ap_rvputs(writer->r, "<button class=\"button\" type=\"submit\">",
              said(writer, page->link_text), "</button></form>", NULL);
    if (page->is_sent_at_once) {
        ap_rvputs(writer->r, "<script>", script, "</script>", NULL);
    }
}

static void write_button(const writer_t *writer)
{
    const cog_page_t *page = &writer->reply->page;

    if (!page->link) {
        return;
    }
    if (page->is_form) {
        write_form(writer, page);
    }
    else {
        ap_rvputs(writer->r, "<a class=\"button\" href=\"", escaped(writer, page->link),
                  "\">", said(writer, page->link_text), "</a>", NULL);
    }
}

static void write_paragraph(const writer_t *writer, const char *class_name,
                            const char *text)
{
    if (text) {
        ap_rvputs(writer->r, "<p class=\"", class_name, "\">", said(writer, text), "</p>",
                  NULL);
    }
}

static void write_detail(const writer_t *writer)
{
    const char *detail = writer->reply->page.detail;

    if (detail) {
        ap_rvputs(writer->r, "<p class=\"detail\"><code>", escaped(writer, detail),
                  "</code></p>", NULL);
    }
}

static void write_incident(const writer_t *writer)
{
    const char *incident = writer->reply->page.incident;

    if (incident) {
        ap_rvputs(writer->r, "<p class=\"incident\">",
                  said(writer, COG_SAY("Number of this incident:")), " <code>",
                  escaped(writer, incident), "</code></p>", NULL);
    }
}

static void write_part(const writer_t *writer, const cog_page_part_t *part)
{
    const cog_page_t *page = &writer->reply->page;

    switch (part->kind) {
    case COG_PART_TEXT:
        ap_rwrite(part->text, (int)part->len, writer->r);
        break;
    case COG_PART_LANG:
        ap_rputs(writer->language->tag, writer->r);
        break;
    case COG_PART_STATUS:
        ap_rprintf(writer->r, "%d", writer->reply->status);
        break;
    case COG_PART_TITLE:
        ap_rputs(said(writer, page->title), writer->r);
        break;
    case COG_PART_ICON:
        write_icon(writer);
        break;
    case COG_PART_CAUSE:
        write_paragraph(writer, "cause", page->cause);
        break;
    case COG_PART_DETAIL:
        write_detail(writer);
        break;
    case COG_PART_ACTION:
        write_paragraph(writer, "action", page->action);
        break;
    case COG_PART_BUTTON:
        write_button(writer);
        break;
    case COG_PART_INCIDENT:
        write_incident(writer);
        break;
    }
}

void cog_page_write(request_rec *r, const cog_page_template_t *template,
                    const cog_reply_t *reply)
{
    const writer_t writer = {r, reply, cog_page_language(r)};

    for (int i = 0; i < template->parts->nelts; ++i) {
        write_part(&writer, &APR_ARRAY_IDX(template->parts, i, cog_page_part_t));
    }
}

/* A form leads on to the user pool and from there to where it wants: browsers apply
 * form-action to redirects too, so a page with a form cannot have it. */
const char *cog_page_policy(apr_pool_t *pool, const cog_page_template_t *template,
                            const cog_page_t *page)
{
    return apr_pstrcat(pool, template->policy,
                       page->is_sent_at_once ? "; script-src" : "",
                       page->is_sent_at_once ? cog_page_hash_source(pool, script) : "",
                       page->is_form ? "" : "; form-action 'none'", NULL);
}
