#include "httpd/page_template.h"

#include <apr_cstr.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "crypto/digest.h"

#define MAX_LEN (64 * 1024)
#define OPENING "{{"
#define CLOSING "}}"

#define NAMES                                                                            \
    "{{title}} {{cause}} {{detail}} {{action}} {{button}} {{incident}}, and if you "     \
    "want "                                                                              \
    "{{lang}} {{status}} {{icon}}"

typedef struct {
    const char *name;
    cog_page_part_kind_t kind;
    int is_needed;
    int may_be_in_tag; /* it is a plain word */
} place_t;

static const place_t places[] = {
    {"lang",     COG_PART_LANG,     0, 1},
    {"status",   COG_PART_STATUS,   0, 1},
    {"icon",     COG_PART_ICON,     0, 0},
    {"title",    COG_PART_TITLE,    1, 0},
    {"cause",    COG_PART_CAUSE,    1, 0},
    {"detail",   COG_PART_DETAIL,   1, 0},
    {"action",   COG_PART_ACTION,   1, 0},
    {"button",   COG_PART_BUTTON,   1, 0},
    {"incident", COG_PART_INCIDENT, 1, 0},
};

#define PLACE_COUNT (sizeof(places) / sizeof(*places))

/* A template on its way from text to parts. */
typedef struct {
    apr_pool_t *pool;
    const char *text;
    cog_page_template_t *made;
    const char *styles; /* hash sources */
} reader_t;

static const char *problem_at(const reader_t *reader, const char *at, const char *what)
{
    int line = 1;

    for (const char *c = reader->text; c < at; ++c) {
        line += *c == '\n';
    }
    return apr_psprintf(reader->pool, "line %d: %s", line, what);
}

static const char *find_tag(const char *text, const char *tag)
{
    size_t len = strlen(tag);

    while (*text && apr_cstr_casecmpn(text, tag, len) != 0) {
        ++text;
    }
    return *text ? text : NULL;
}

/* A hash source is padded base64 (Content Security Policy Level 3, 2.3.1). */
const char *cog_page_hash_source(apr_pool_t *pool, const char *text)
{
    char *hash = apr_pstrcat(pool, cog_digest_s256(pool, cog_secret_of(text)), NULL);

    for (char *c = hash; *c; ++c) {
        *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
    }
    return apr_pstrcat(pool, " 'sha256-", hash, "='", NULL);
}

/* The policy allows each style by its hash: not a byte of it may change. */
static const char *read_styles(reader_t *reader)
{
    const char *open = reader->text;

    while ((open = find_tag(open, "<style")) != NULL) {
        const char *begin = strchr(open, '>');
        const char *end = begin ? find_tag(begin, "</style") : NULL;
        const char *style;

        if (!end) {
            return problem_at(reader, open, "<style> is not closed by </style>");
        }
        style = apr_pstrmemdup(reader->pool, begin + 1, (size_t)(end - begin - 1));
        if (strstr(style, OPENING)) {
            return problem_at(reader, begin + 1 + (strstr(style, OPENING) - style),
                              "a style cannot hold placeholders");
        }
        reader->styles = apr_pstrcat(reader->pool, reader->styles,
                                     cog_page_hash_source(reader->pool, style), NULL);
        open = end;
    }
    return NULL;
}

static int is_in_tag(const reader_t *reader, const char *at)
{
    while (at > reader->text && *at != '<' && *at != '>') {
        --at;
    }
    return *at == '<';
}

static const place_t *find_place(const char *name, size_t len)
{
    for (size_t i = 0; i < PLACE_COUNT; ++i) {
        if (strlen(places[i].name) == len && strncmp(places[i].name, name, len) == 0) {
            return &places[i];
        }
    }
    return NULL;
}

static void add_part(reader_t *reader, cog_page_part_kind_t kind, const char *text,
                     size_t len)
{
    cog_page_part_t *part = apr_array_push(reader->made->parts);

    *part = (cog_page_part_t){kind, text, len};
}

static const char *add_place(reader_t *reader, const char *open, const char *close)
{
    const char *name = open + strlen(OPENING);
    const place_t *place = find_place(name, (size_t)(close - name));

    if (!place) {
        return problem_at(
            reader, open,
            apr_psprintf(reader->pool, "{{%.*s}} is no placeholder; write " NAMES,
                         (int)(close - name < 40 ? close - name : 40), name));
    }
    if (!place->may_be_in_tag && is_in_tag(reader, open)) {
        return problem_at(
            reader, open,
            apr_pstrcat(reader->pool, "{{", place->name,
                        "}} stands inside of a tag, where only {{lang}} and "
                        "{{status}} may",
                        NULL));
    }
    add_part(reader, place->kind, NULL, 0);
    return NULL;
}

static const char *read_parts(reader_t *reader)
{
    const char *at = reader->text;
    const char *open;

    while ((open = strstr(at, OPENING)) != NULL) {
        const char *close = strstr(open, CLOSING);
        const char *problem;

        if (!close) {
            return problem_at(reader, open, "{{ is not closed by }}");
        }
        add_part(reader, COG_PART_TEXT, at, (size_t)(open - at));
        problem = add_place(reader, open, close);
        if (problem) {
            return problem;
        }
        at = close + strlen(CLOSING);
    }
    add_part(reader, COG_PART_TEXT, at, strlen(at));
    return NULL;
}

static int has(const reader_t *reader, cog_page_part_kind_t kind)
{
    const apr_array_header_t *parts = reader->made->parts;
    int i = 0;

    while (i < parts->nelts && APR_ARRAY_IDX(parts, i, cog_page_part_t).kind != kind) {
        ++i;
    }
    return i < parts->nelts;
}

static const char *check(const reader_t *reader)
{
    const char *script = find_tag(reader->text, "<script");

    if (script) {
        return problem_at(reader, script,
                          "holds a <script>, which no browser would run: the page's "
                          "Content-Security-Policy forbids it; take it out");
    }
    for (size_t i = 0; i < PLACE_COUNT; ++i) {
        if (places[i].is_needed && !has(reader, places[i].kind)) {
            return apr_pstrcat(reader->pool, "lacks {{", places[i].name,
                               "}}; write " NAMES, NULL);
        }
    }
    return NULL;
}

static const char *parse(reader_t *reader)
{
    const char *problem;

    reader->made->parts = apr_array_make(reader->pool, 20, sizeof(cog_page_part_t));
    problem = read_styles(reader);
    problem = problem ? problem : read_parts(reader);
    return problem ? problem : check(reader);
}

/* A browser takes the ends of lines so before it hashes a style. */
static void take_out_returns(char *text)
{
    char *out = text;

    for (; *text; ++text) {
        if (*text != '\r' || text[1] != '\n') {
            *out++ = *text;
        }
    }
    *out = '\0';
}

static const char *check_text(apr_pool_t *pool, const char *text, size_t len)
{
    if (len > MAX_LEN) {
        return "is larger than 64 kB";
    }
    if (strlen(text) < len || !cog_json_own(pool, json_stringn(text, len))) {
        return "is no text in UTF-8";
    }
    return NULL;
}

static const char *load(apr_pool_t *pool, const char *path, char **text)
{
    char *bytes = apr_pcalloc(pool, MAX_LEN + 2);
    apr_size_t len = 0;
    apr_file_t *file;
    char reason[100];
    apr_status_t status =
        apr_file_open(&file, path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);

    if (status == APR_SUCCESS) {
        status = apr_file_read_full(file, bytes, MAX_LEN + 1, &len);
        apr_file_close(file);
    }
    if (status != APR_SUCCESS && !APR_STATUS_IS_EOF(status)) {
        return apr_pstrcat(
            pool, "cannot be read: ", apr_strerror(status, reason, sizeof(reason)), NULL);
    }
    *text = bytes;
    return check_text(pool, bytes, len);
}

static const char *policy_of(apr_pool_t *pool, const char *styles, const char *own)
{
    return apr_pstrcat(pool, "default-src 'none'; style-src", own, styles,
                       *own ? "; img-src 'self' data:; font-src 'self'" : "",
                       "; base-uri 'none'; frame-ancestors 'none'", NULL);
}

static const char *read_file(reader_t *reader, const char *path)
{
    char *text = apr_pstrdup(reader->pool, "");
    const char *problem = load(reader->pool, path, &text);

    if (!problem) {
        take_out_returns(text);
        reader->text = text;
        problem = parse(reader);
    }
    return problem ? apr_pstrcat(reader->pool, "'", path, "' ", problem, NULL) : NULL;
}

const char *cog_page_template_read(apr_pool_t *pool, const char *path,
                                   const cog_page_template_t **template)
{
    reader_t reader = {.pool = pool, .text = cog_page_built_in, .styles = ""};
    const char *problem;

    reader.made = apr_pcalloc(pool, sizeof(*reader.made));
    problem = path ? read_file(&reader, path) : parse(&reader);
    reader.made->policy = policy_of(pool, reader.styles, path ? " 'self'" : "");
    *template = reader.made;
    return problem;
}
