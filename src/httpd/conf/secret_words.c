#include "httpd/conf/secret_words.h"

#include <apr_strings.h>
#include <string.h>

const char *cog_secret_words_command(apr_pool_t *pool, const char *command)
{
    size_t len = strspn(command, "|$ \t");

    len += strcspn(command + len, " \t=");
    return apr_pstrcat(pool, apr_pstrmemdup(pool, command, len),
                       command[len] ? " ..." : "", NULL);
}

const char *cog_secret_words_source(apr_pool_t *pool, const cog_secret_source_t *source)
{
    if (source->kind == COG_SOURCE_EXEC) {
        return apr_pstrcat(pool, "exec:", cog_secret_words_command(pool, source->where),
                           NULL);
    }
    return apr_pstrcat(
        pool, source->kind == COG_SOURCE_FILE ? "file:" : "env:", source->where, NULL);
}

const char *cog_secret_words_hide(apr_pool_t *pool, const char *text,
                                  const cog_secret_source_t *source)
{
    const char *where =
        source->kind == COG_SOURCE_EXEC ? strstr(text, source->where) : NULL;

    if (!where) {
        return text;
    }
    return apr_pstrcat(pool, apr_pstrmemdup(pool, text, (apr_size_t)(where - text)),
                       cog_secret_words_command(pool, source->where),
                       where + strlen(source->where), NULL);
}

static const char *class_of(size_t len)
{
    if (len < 32) {
        return "less than 32 bytes";
    }
    return len < 64 ? "32 to 63 bytes" : "64 bytes or more";
}

static const char *length_of(apr_pool_t *pool, const cog_secret_source_t *source)
{
    cog_secret_t secret = cog_secret_of(NULL);

    if (source->kind == COG_SOURCE_EXEC) {
        return "not run";
    }
    return cog_secret_source_read(pool, source, &secret) ? "cannot be read"
                                                         : class_of(secret.len);
}

const char *cog_secret_words(apr_pool_t *pool, const apr_array_header_t *sources)
{
    const char *words = "";

    for (int i = 0; i < sources->nelts; ++i) {
        const cog_secret_source_t *source =
            &APR_ARRAY_IDX(sources, i, cog_secret_source_t);

        words =
            apr_pstrcat(pool, words, i ? ", " : "", cog_secret_words_source(pool, source),
                        " (", length_of(pool, source), ")", NULL);
    }
    return words;
}
