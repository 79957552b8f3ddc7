/* Reaches: cog_text_split, cog_text_join, cog_text_for_log. The input is a joined list.
 * What is split is joined so that it is split again into the same; but for one text that
 * an encoded NUL has made empty, for joined it is no text. */
#include "test/fuzz/fuzz.h"

#include "base/text.h"

#define TEXT(list, i) APR_ARRAY_IDX(list, i, const char *)

static void check_log(apr_pool_t *pool, const char *text)
{
    const char *shown = cog_text_for_log(pool, text, 100);

    must(strlen(shown) <= 100);
    for (; *shown; ++shown) {
        must(*shown >= 0x20 && *shown < 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    char *text = fuzz_text(data, size);
    const apr_array_header_t *list = cog_text_split(pool, text);
    const char *joined = cog_text_join(pool, list);
    const apr_array_header_t *again = cog_text_split(pool, joined);

    must((list->nelts == 0) == (*text == '\0'));
    must(list->nelts == again->nelts || (list->nelts == 1 && *TEXT(list, 0) == '\0'));
    for (int i = 0; i < again->nelts; ++i) {
        must(strcmp(TEXT(list, i), TEXT(again, i)) == 0);
    }
    must(strcmp(joined, cog_text_join(pool, again)) == 0);
    check_log(pool, text);
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
