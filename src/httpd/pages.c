#include "httpd/pages.h"

#include <apr_strings.h>
#include <http_protocol.h>

#include "crypto/digest.h"

/* The policy names its hash: not a byte more between the tags. */
static const char style[] =
    ":root{color-scheme:light dark;--ground:#eef1f6;--card:#fff;--ink:#18202f;"
    "--soft:#566074;--line:#dde2ea;--accent:#2453cf;--press:#1b42ab;--on:#fff;"
    "--tint:#e6edfd}"
    "@media(prefers-color-scheme:dark){:root{--ground:#10141b;--card:#1a202a;"
    "--ink:#e9edf4;--soft:#a3adbd;--line:#2b3441;--accent:#86a9ff;--press:#a6c0ff;"
    "--on:#0e1524;--tint:#23304e}}"
    "*{box-sizing:border-box}"
    "body{margin:0;min-height:100vh;display:flex;align-items:center;"
    "justify-content:center;padding:1.25rem;background:var(--ground);color:var(--ink);"
    "font:1.0625rem/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\","
    "Ubuntu,sans-serif;overflow-wrap:anywhere}"
    "main{width:100%;max-width:30rem;padding:2.25rem 2rem 2rem;background:var(--card);"
    "border:1px solid var(--line);border-radius:1rem;"
    "box-shadow:0 1px 2px rgba(10,20,40,.06),0 12px 32px rgba(10,20,40,.08)}"
    "svg{display:block;width:3.25rem;height:3.25rem;margin-bottom:1.25rem;"
    "padding:.75rem;border-radius:50%;background:var(--tint);fill:none;"
    "stroke:var(--accent);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}"
    "h1{margin:0 0 .6rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.01em;"
    "text-wrap:balance}"
    "p{margin:0 0 .6rem}.action{color:var(--soft)}form{margin:0}"
    ".button{display:inline-block;margin-top:1.1rem;padding:.7rem 1.5rem;border:0;"
    "border-radius:.6rem;background:var(--accent);color:var(--on);font:inherit;"
    "font-weight:600;text-decoration:none;cursor:pointer}"
    ".button:hover{background:var(--press)}"
    ".button:focus-visible{outline:3px solid var(--accent);outline-offset:3px}"
    "footer{margin-top:1.75rem;padding-top:1rem;border-top:1px solid var(--line);"
    "color:var(--soft);font-size:.875rem}"
    "code{font:.9375rem ui-monospace,\"SF Mono\",Menlo,Consolas,monospace;"
    "color:var(--ink);user-select:all}"
    "@media(max-width:26rem){main{padding:1.75rem 1.35rem 1.5rem}"
    ".button{display:block;width:100%;text-align:center}}";

/* Drawn in a square of 24 units. */
static const char door[] = "<path d=\"M14 4h4a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1h-4M10 8l4 "
                           "4-4 4M14 12H4\"/>";
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

static void write_head(const writer_t *writer, const char *title)
{
    ap_rvputs(writer->r, "<!DOCTYPE html>\n<html lang=\"", writer->language->tag,
              "\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
              "<meta name=\"robots\" content=\"noindex\">\n<title>",
              said(writer, title), "</title>\n<style>", style, "</style>\n</head>\n",
              NULL);
}

static void write_button(const writer_t *writer, const cog_page_t *page)
{
    const char *link = escaped(writer, page->link);
    const char *text = said(writer, page->link_text);

    if (!page->link) {
        return;
    }
    if (page->is_form) {
        ap_rvputs(writer->r, "<form method=\"post\" action=\"", link,
                  "\"><button class=\"button\" type=\"submit\">", text,
                  "</button></form>\n", NULL);
    }
    else {
        ap_rvputs(writer->r, "<a class=\"button\" href=\"", link, "\">", text, "</a>\n",
                  NULL);
    }
}

static void write_paragraph(const writer_t *writer, const char *class_name,
                            const char *text)
{
    if (text) {
        ap_rvputs(writer->r, "<p class=\"", class_name, "\">", said(writer, text),
                  "</p>\n", NULL);
    }
}

static void write_detail(const writer_t *writer, const char *detail)
{
    if (detail) {
        ap_rvputs(writer->r, "<p><code>", escaped(writer, detail), "</code></p>\n", NULL);
    }
}

static void write_incident(const writer_t *writer, const char *incident)
{
    if (incident) {
        ap_rvputs(writer->r, "<footer>",
                  said(writer, COG_SAY("Number of this incident:")), " <code>",
                  escaped(writer, incident), "</code></footer>\n", NULL);
    }
}

void cog_page_write(request_rec *r, const cog_reply_t *reply)
{
    const writer_t writer = {r, cog_page_language(r)};
    const cog_page_t *page = &reply->page;

    write_head(&writer, page->title);
    ap_rvputs(r, "<body>\n<main>\n<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">",
              icon_of(reply->status), "</svg>\n<h1>", said(&writer, page->title),
              "</h1>\n", NULL);
    write_paragraph(&writer, "cause", page->cause);
    write_detail(&writer, page->detail);
    write_paragraph(&writer, "action", page->action);
    write_button(&writer, page);
    write_incident(&writer, page->incident);
    ap_rputs("</main>\n</body>\n</html>\n", r);
}

/* A hash source is padded base64 (Content Security Policy Level 3, 2.3.1). */
static const char *style_hash(apr_pool_t *pool)
{
    char *hash =
        apr_pstrcat(pool, cog_digest_s256(pool, cog_secret_of(style)), "=", NULL);

    for (char *c = hash; *c; ++c) {
        *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
    }
    return hash;
}

/* A form leads on to the user pool and from there to where it wants: browsers apply
 * form-action to redirects too, so a page with a form cannot have it. */
const char *cog_page_policy(apr_pool_t *pool, const cog_page_t *page)
{
    return apr_pstrcat(pool, "default-src 'none'; style-src 'sha256-", style_hash(pool),
                       "'; base-uri 'none'; frame-ancestors 'none'",
                       page->is_form ? "" : "; form-action 'none'", NULL);
}
