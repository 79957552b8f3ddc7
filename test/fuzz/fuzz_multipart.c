/* Reaches: cog_multipart_boundary, cog_multipart_parse. The first line of the input is a
 * Content-Type, the rest a body. What is read is, written as a browser would, read again
 * as the same. */
#include "test/fuzz/fuzz.h"

#include <apr_strings.h>

#include "base/multipart.h"
#include "base/query.h"

#define PARAM(params, i) (&APR_ARRAY_IDX(params, i, cog_param_t))

static const char *written(apr_pool_t *pool, const cog_param_t *field,
                           const char *boundary)
{
    return apr_pstrcat(pool, "--", boundary,
                       "\r\nContent-Disposition: form-data; name=\"", field->name,
                       field->value ? "\"\r\n\r\n"
                                    : "\"; filename=\"\"\r\nContent-Type: "
                                      "application/octet-stream\r\n\r\n",
                       field->value ? field->value : "", "\r\n", NULL);
}

static void check(apr_pool_t *pool, const apr_array_header_t *fields,
                  const char *boundary)
{
    apr_array_header_t *parts = apr_array_make(pool, 8, sizeof(const char *));
    apr_array_header_t *again;
    const char *body;

    must(fields->nelts <= 1000);
    for (int i = 0; i < fields->nelts; ++i) {
        APR_ARRAY_PUSH(parts, const char *) = written(pool, PARAM(fields, i), boundary);
    }
    body = apr_pstrcat(pool, apr_array_pstrcat(pool, parts, 0), "--", boundary, "--\r\n",
                       NULL);
    must(cog_multipart_parse(pool, body, boundary, &again) == COG_OK);
    must(again->nelts == fields->nelts);
    for (int i = 0; i < fields->nelts; ++i) {
        const cog_param_t *one = PARAM(fields, i), *other = PARAM(again, i);

        must(strcmp(one->name, other->name) == 0);
        must(!one->value == !other->value);
        must(!one->value || strcmp(one->value, other->value) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    char *text = fuzz_text(data, size);
    char *body = strchr(text, '\n');
    const char *boundary;
    apr_array_header_t *fields;

    if (body) {
        *body++ = '\0';
        boundary = cog_multipart_boundary(pool, text);
        if (boundary && cog_multipart_parse(pool, body, boundary, &fields) == COG_OK) {
            check(pool, fields, boundary);
        }
    }
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
