/* Reaches: cog_header_names_without, cog_header_name_is_any. The input is a Connection
 * header: what is left of it names none of ours, and loses nothing else. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>

#include "base/header_name.h"

static const char *const ours[] = {"x_cognito", "x_cognito_*", "cookie", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static size_t trim(const char *name, size_t len)
{
    while (len > 0 && (name[len - 1] == ' ' || name[len - 1] == '\t')) {
        --len;
    }
    return len;
}

/* Count the names of a list that are ours, or that are not. */
static int count_names(const char *list, int is_ours)
{
    int count = 0;

    for (const char *at = list; at && *at; at += *at == ',') {
        size_t blank = strspn(at, " \t");
        size_t len;

        at += blank;
        len = strcspn(at, ",");
        if (trim(at, len) > 0) {
            count += cog_header_name_is_any(at, trim(at, len), ours) == is_ours;
        }
        at += len;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool;
    const char *list;
    const char *kept;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    list = apr_pstrmemdup(pool, (const char *)data, size);
    kept = cog_header_names_without(pool, list, ours);
    must(count_names(kept, 1) == 0);
    must(count_names(kept, 0) == count_names(list, 0));
    must(kept == NULL || cog_header_names_without(pool, kept, ours) == kept);
    apr_pool_destroy(pool);
    return 0;
}
