/* Reaches: cog_url_may_return_to. The input is a list of targets, one a line. A browser
 * that follows what is accepted stays on our origin: as it is, and when somebody has
 * decoded it on the way, however often. */
#include "test/fuzz/fuzz.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "base/url.h"

/* What the URL standard does first: controls and spaces off the ends, tabs and line ends
 * out of it, and `\` is `/`. */
static char *browser_text(apr_pool_t *pool, const char *text)
{
    char *clean = apr_pstrdup(pool, text + strspn(text, "\x01\x02\x03\x04\x05\x06\x07\x08"
                                                        "\t\n\x0b\x0c\r\x0e\x0f\x10\x11"
                                                        "\x12\x13\x14\x15\x16\x17\x18\x19"
                                                        "\x1a\x1b\x1c\x1d\x1e\x1f "));
    char *out = clean;

    for (const char *c = clean; *c; ++c) {
        if (*c != '\t' && *c != '\n' && *c != '\r') {
            *out++ = (char)(*c == '\\' ? '/' : *c);
        }
    }
    *out = '\0';
    return clean;
}

/* Is a segment of the path one or two dots, each of which may be written %2e? */
static int count_dots(const char *segment, size_t len)
{
    int dots = 0;

    for (size_t i = 0; i < len; ++dots) {
        if (segment[i] == '.') {
            ++i;
        }
        else if (len - i >= 3 && strncasecmp(segment + i, "%2e", 3) == 0) {
            i += 3;
        }
        else {
            return 0;
        }
    }
    return dots <= 2 ? dots : 0;
}

/* The path after dot segments have gone, as a server or a proxy may send it on. */
static const char *normal_path(apr_pool_t *pool, const char *path)
{
    char *kept = apr_palloc(pool, strlen(path) + 2);
    size_t len = 0;

    for (const char *at = path; *at == '/';) {
        const char *segment = at + 1;
        size_t segment_len = strcspn(segment, "/?");
        int dots = count_dots(segment, segment_len);

        at = segment + segment_len;
        if (dots == 2) {
            while (len > 0 && kept[--len] != '/') {
            }
        }
        if (dots == 0) {
            kept[len++] = '/';
            memcpy(kept + len, segment, segment_len);
            len += segment_len;
        }
    }
    kept[len] = '\0';
    return kept;
}

static void check_reading(apr_pool_t *pool, const char *text)
{
    const char *read = browser_text(pool, text);
    const char *path = normal_path(pool, read);

    must(read[0] == '/' && read[1] != '/');
    must(strncmp(path, "//", 2) != 0);
}

static int hex(char c)
{
    return apr_isdigit(c) ? c - '0' : apr_isxdigit(c) ? apr_tolower(c) - 'a' + 10 : -1;
}

static int decode(char *text)
{
    char *out = text;
    int count = 0;

    for (const char *c = text; *c; ++c) {
        if (*c == '%' && hex(c[1]) >= 0 && hex(c[2]) >= 0) {
            *out++ = (char)(hex(c[1]) * 16 + hex(c[2]));
            must(out[-1] != '\0');
            c += 2;
            ++count;
        }
        else {
            *out++ = *c;
        }
    }
    *out = '\0';
    return count;
}

static void check_target(apr_pool_t *pool, const char *target)
{
    char *reading = apr_pstrdup(pool, target);

    if (!cog_url_may_return_to(pool, target)) {
        return;
    }
    for (const char *c = target; *c; ++c) {
        must((unsigned char)*c > 0x20 && (unsigned char)*c < 0x7f && *c != '\\');
    }
    check_reading(pool, reading);
    /* whoever decodes has taken off the query */
    reading[strcspn(reading, "?")] = '\0';
    while (decode(reading) > 0) {
        check_reading(pool, apr_pstrndup(pool, reading, strcspn(reading, "?")));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    char *text = fuzz_text(data, size);

    for (char *line = text; line;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        check_target(pool, apr_pstrndup(pool, line, strcspn(line, "\n")));
    }
    check_target(pool, text);
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
