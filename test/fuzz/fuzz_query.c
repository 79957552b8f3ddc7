/* Reaches: cog_query_parse, cog_form_parse, cog_query_get, cog_query_write. The input is
 * a query, or the body of a form. What is read is written so that it is read again as the
 * same. */
#include "test/fuzz/fuzz.h"

#include "base/query.h"

#define PARAM(params, i) (&APR_ARRAY_IDX(params, i, cog_param_t))

static void check(apr_pool_t *pool, const apr_array_header_t *params)
{
    const char *text = cog_query_write(pool, params);
    apr_array_header_t *again;

    must(params->nelts <= 64);
    for (int i = 0; i < params->nelts; ++i) {
        /* the first of its name is itself: there is no second one */
        must(cog_query_get(params, PARAM(params, i)->name) == PARAM(params, i)->value);
    }
    if (strlen(text) > 16384) {
        return;
    }
    must(cog_query_parse(pool, text, &again) == COG_OK);
    must(again->nelts == params->nelts);
    for (int i = 0; i < params->nelts; ++i) {
        must(strcmp(PARAM(again, i)->name, PARAM(params, i)->name) == 0);
        must(strcmp(PARAM(again, i)->value, PARAM(params, i)->value) == 0);
    }
}

/* Whatever is a query is a form too, and says the same. */
static void check_form(apr_pool_t *pool, const char *text, int is_query)
{
    apr_array_header_t *fields, *again;

    if (cog_form_parse(pool, text, &fields) != COG_OK) {
        must(!is_query);
        return;
    }
    must(fields->nelts <= 1000);
    must(cog_form_parse(pool, cog_query_write(pool, fields), &again) == COG_OK);
    must(again->nelts == fields->nelts);
    for (int i = 0; i < fields->nelts; ++i) {
        must(strcmp(PARAM(again, i)->name, PARAM(fields, i)->name) == 0);
        must(strcmp(PARAM(again, i)->value, PARAM(fields, i)->value) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    char *text = fuzz_text(data, size);
    apr_array_header_t *params;
    int is_query = cog_query_parse(pool, text, &params) == COG_OK;

    if (is_query) {
        check(pool, params);
    }
    check_form(pool, text, is_query);
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
