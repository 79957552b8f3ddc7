#include "net/fetch/header_lines.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

typedef struct {
    struct curl_slist *first; /* NULL: none */
} lines_t;

static apr_status_t release(void *data)
{
    const lines_t *lines = data;

    for (struct curl_slist *item = lines->first; item; item = item->next) {
        cog_secret_wipe(item->data, strlen(item->data));
    }
    curl_slist_free_all(lines->first);
    return APR_SUCCESS;
}

static cog_err_t add(apr_pool_t *pool, const char *name, const char *value,
                     lines_t *lines)
{
    char *line = apr_pstrcat(pool, name, ": ", value, NULL);
    struct curl_slist *longer;

    cog_secret_wipe_with(pool, line, strlen(line));
    COG_REQUIRE(!cog_text_has_control(line), COG_E_INTERNAL);
    longer = curl_slist_append(lines->first, line);
    COG_REQUIRE(longer, COG_E_INTERNAL);
    lines->first = longer;
    return COG_OK;
}

cog_err_t cog_header_lines_make(apr_pool_t *pool, const cog_fetch_request_t *request,
                                struct curl_slist **lines)
{
    lines_t *made = apr_pcalloc(pool, sizeof(*made));

    apr_pool_cleanup_register(pool, made, release, apr_pool_cleanup_null);
    if (request->accept) {
        COG_TRY(add(pool, "Accept", request->accept, made));
    }
    if (cog_secret_is_set(request->authorization)) {
        COG_TRY(add(pool, "Authorization", request->authorization.bytes, made));
    }
    *lines = made->first;
    return COG_OK;
}
