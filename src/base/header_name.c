#include "base/header_name.h"

#include <apr_strings.h>
#include <string.h>

/* Not apr_tolower(): the answer must not depend on the locale. */
static char fold(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (char)(c - 'A' + 'a');
    }
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
}

const char *cog_header_name_fold(apr_pool_t *pool, const char *name)
{
    char *folded = apr_pstrdup(pool, name);

    for (char *c = folded; *c; ++c) {
        *c = fold(*c);
    }
    return folded;
}

static int folds_to(const char *name, size_t len, const char *pattern)
{
    for (size_t i = 0; i < len; ++i) {
        if (pattern[i] == '*') {
            return 1;
        }
        if (pattern[i] == '\0' || fold(name[i]) != pattern[i]) {
            return 0;
        }
    }
    return pattern[len] == '\0' || pattern[len] == '*';
}

/* Of the names of a request, hardly one begins as a pattern does. */
int cog_header_name_is_any(const char *name, size_t len, const char *const *patterns)
{
    char first = len > 0 ? fold(*name) : '\0';

    for (; *patterns; ++patterns) {
        if (**patterns == first && folds_to(name, len, *patterns)) {
            return 1;
        }
    }
    return 0;
}

const char *cog_header_name_initials(apr_pool_t *pool, const char *const *patterns)
{
    const char *initials = "";

    for (; *patterns; ++patterns) {
        if (!strchr(initials, **patterns)) {
            initials =
                apr_pstrcat(pool, initials, apr_pstrmemdup(pool, *patterns, 1), NULL);
        }
    }
    return initials;
}

int cog_header_name_may_be(const char *name, const char *initials)
{
    return *name && strchr(initials, fold(*name)) != NULL;
}

typedef struct {
    const char *at; /* of the name, without the white space around it */
    size_t len;
} item_t;

/* Cut the next item off a list; FALSE at its end. */
static int next_item(const char **list, item_t *item)
{
    *list += strspn(*list, ", \t");
    item->at = *list;
    item->len = strcspn(*list, ",");
    *list += item->len;
    while (item->len > 0 && strchr(" \t", item->at[item->len - 1])) {
        --item->len;
    }
    return item->len > 0;
}

static int holds_any(const char *list, const char *const *patterns)
{
    item_t item;

    while (next_item(&list, &item)) {
        if (cog_header_name_is_any(item.at, item.len, patterns)) {
            return 1;
        }
    }
    return 0;
}

const char *cog_header_names_without(apr_pool_t *pool, const char *list,
                                     const char *const *patterns)
{
    char *kept;
    char *end;
    item_t item;

    if (!holds_any(list, patterns)) {
        return list;
    }
    kept = end = apr_palloc(pool, 2 * strlen(list) + 1);
    while (next_item(&list, &item)) {
        if (cog_header_name_is_any(item.at, item.len, patterns)) {
            continue;
        }
        if (end > kept) {
            *end++ = ',';
            *end++ = ' ';
        }
        memcpy(end, item.at, item.len);
        end += item.len;
    }
    *end = '\0';
    return end > kept ? kept : NULL;
}
