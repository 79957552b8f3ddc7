#include "doctor/remedy.h"

#include <apr_strings.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz_"
#define PLAIN   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-"

/* The length of a `{word}` at `text`, 0 when there is none. */
static size_t word_at(const char *text)
{
    size_t len = *text == '{' ? strspn(text + 1, LETTERS) : 0;

    return len && text[len + 1] == '}' ? len : 0;
}

static const char *value_of(apr_pool_t *pool, const char *word, const apr_table_t *words)
{
    const char *value = apr_table_get(words, word);

    return value ? value : apr_pstrcat(pool, "<", word, ">", NULL);
}

const char *cog_remedy_fill(apr_pool_t *pool, const char *text, const apr_table_t *words)
{
    const char *filled = text ? "" : NULL;

    while (text && *text) {
        size_t len = word_at(text);
        size_t plain = len ? 0 : 1 + strcspn(text + 1, "{");

        filled =
            apr_pstrcat(pool, filled,
                        len ? value_of(pool, apr_pstrmemdup(pool, text + 1, len), words)
                            : apr_pstrmemdup(pool, text, plain),
                        NULL);
        text += len ? len + 2 : plain;
    }
    return filled;
}

/* In single quotes; a quote inside leaves them for a moment. */
const char *cog_remedy_quote(apr_pool_t *pool, const char *text)
{
    const char *quoted = "'";

    if (*text && text[strspn(text, PLAIN)] == '\0') {
        return text;
    }
    for (; *text; ++text) {
        quoted = *text == '\''
                     ? apr_pstrcat(pool, quoted, "'\\''", NULL)
                     : apr_pstrcat(pool, quoted, apr_pstrmemdup(pool, text, 1), NULL);
    }
    return apr_pstrcat(pool, quoted, "'", NULL);
}

const char *cog_remedy_words(apr_pool_t *pool, const apr_array_header_t *texts)
{
    const char *words = "";

    for (int i = 0; i < texts->nelts; ++i) {
        words = apr_pstrcat(pool, words, i ? " " : "",
                            cog_remedy_quote(pool, APR_ARRAY_IDX(texts, i, const char *)),
                            NULL);
    }
    return words;
}

const char *cog_remedy_list(apr_pool_t *pool, const apr_array_header_t *texts)
{
    const char *list = "[";

    for (int i = 0; i < texts->nelts; ++i) {
        list = apr_pstrcat(pool, list, i ? ", \"" : "\"",
                           APR_ARRAY_IDX(texts, i, const char *), "\"", NULL);
    }
    return apr_pstrcat(pool, list, "]", NULL);
}
