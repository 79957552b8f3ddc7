/* Patterns of claims, for tests. */
#ifndef COG_TEST_PATTERNS_H
#define COG_TEST_PATTERNS_H

#include <apr_strings.h>
#include <apr_tables.h>

/* `a b c` as an array of patterns; NULL for "". */
static inline apr_array_header_t *patterns_of(apr_pool_t *pool, const char *words)
{
    apr_array_header_t *patterns = apr_array_make(pool, 4, sizeof(const char *));
    char *copy = apr_pstrdup(pool, words);
    char *rest;

    for (char *word = apr_strtok(copy, " ", &rest); word;
         word = apr_strtok(NULL, " ", &rest)) {
        APR_ARRAY_PUSH(patterns, const char *) = word;
    }
    return patterns->nelts ? patterns : NULL;
}

#endif
